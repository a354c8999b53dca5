// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

/** How the recorder treats a system call. */
enum CallKind {
  /** Bears on an address space: admitted one at a time, so that the log has the kernel's order. */
  MEMORY,
  /** Makes a thread or a process. */
  CLONE,
  /** Replaces the address space. */
  EXEC,
  /** Opens, closes or renames, or changes what memory calls may do. */
  CONTEXT
}
