// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;

/** The memory of a process, or of several with CLONE_VM, in a replay. For one thread. */
public interface ReplayedMemory {
  /** Its number: memories are counted in the order in which they began, from 0 on. */
  int number();

  /** The process with which it began. */
  int pid();

  /** The program and its arguments, bytes as ISO-8859-1, hostile; may be empty. */
  String command();

  /**
   * The model. Ask again after each call: a call that should not have happened is undone by
   * replacing it.
   */
  AddressSpace space();
}
