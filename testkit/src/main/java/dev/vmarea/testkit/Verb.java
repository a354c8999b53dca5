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
  /** fork; the child goes on, the parent waits for {@link #SWITCH}. */
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
  SET_MEMORY_MERGE(1),
  /** A read of an address: no call but a fault. */
  READ(1),
  /** number of a file, new size in bytes. */
  FTRUNCATE(2),
  /** number of a file, offset, length at most 300: {@link WrittenBytes} are stored there. */
  PWRITE64(3),
  /** number of a file, offset and length in bytes: fallocate with PUNCH_HOLE and KEEP_SIZE. */
  PUNCH_HOLE(3),
  /** number of a file, F_SEAL_ bits: fcntl with F_ADD_SEALS. */
  ADD_SEALS(2),
  /** number of a segment: shmctl with IPC_RMID. */
  SHM_REMOVE(1),
  /** resource, soft limit in bytes; the hard limit stays. */
  SETRLIMIT(2),
  /** bits: prctl(PR_SET_MDWE). */
  SET_MDWE(1),
  /** persona: personality(2). */
  PERSONALITY(1),
  /** Another of the processes that {@link #FORK} made goes on: number, counted round. */
  SWITCH(1),
  /** The process ends and another goes on; nothing if it is the only one. */
  EXIT(0);

  private final int arguments;

  Verb(int arguments) {
    this.arguments = arguments;
  }

  /** Number of arguments. */
  public int arguments() {
    return arguments;
  }

  /** Whether the first two arguments are an address and a length. */
  public boolean hasRange() {
    return switch (this) {
      case MMAP,
          MUNMAP,
          MPROTECT,
          MREMAP,
          MADVISE,
          MLOCK2,
          MUNLOCK,
          MSEAL,
          MBIND,
          MSYNC,
          MINCORE,
          REMAP_FILE_PAGES,
          SET_MEMPOLICY_HOME_NODE ->
          true;
      default -> false;
    };
  }

  /** As a system call is written. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
