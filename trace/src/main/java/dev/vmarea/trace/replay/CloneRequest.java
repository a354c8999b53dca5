// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

/**
 * A call that makes a thread or process.
 *
 * @param flags CLONE_ flags; fork has none, vfork CLONE_VM and CLONE_VFORK
 */
record CloneRequest(long flags) {
  static final long CLONE_VM = 0x100;
  static final long CLONE_FS = 0x200;
  static final long CLONE_FILES = 0x400;
  static final long CLONE_VFORK = 0x4000;
  static final long CLONE_THREAD = 0x10000;

  boolean has(long flag) {
    return (flags & flag) != 0;
  }
}
