// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import java.util.Locale;

/** What a generated {@link Call} does, with the number of its arguments. */
public enum Verb {
  /** address, length, prot, flags, number of a file or -1, offset in bytes. */
  MMAP(6),
  /** address, length. */
  MUNMAP(2),
  /** address, length, prot. */
  MPROTECT(3),
  /** address, old length, new length, flags, target. */
  MREMAP(5),
  /** new break. */
  BRK(1),
  /** address, length, advice. */
  MADVISE(3),
  /** address, length, flags of mlock2. */
  MLOCK2(3),
  /** address, length. */
  MUNLOCK(2),
  /** address, length. */
  MSEAL(2),
  /** address, length, 1 to bind to node 0 or 0 for the default policy. */
  MBIND(3),
  /** A write to an address: no call but a fault. */
  WRITE(1),
  /** fork; the child goes on. */
  FORK(0),
  /** flags. */
  MLOCKALL(1),
  /** No arguments. */
  MUNLOCKALL(0),
  /** address, length, flags. */
  MSYNC(3),
  /** address, length, where the answer goes. */
  MINCORE(3),
  /** address, length, prot, page offset, flags. */
  REMAP_FILE_PAGES(5),
  /** number of a segment, address, flags. */
  SHMAT(3),
  /** address. */
  SHMDT(1),
  /** address, length, node, flags. */
  SET_MEMPOLICY_HOME_NODE(4),
  /** on or off: prctl(PR_SET_MEMORY_MERGE). */
  SET_MEMORY_MERGE(1);

  private final int arguments;

  Verb(int arguments) {
    this.arguments = arguments;
  }

  /** Number of arguments. */
  public int arguments() {
    return arguments;
  }

  /** As a system call is written. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
