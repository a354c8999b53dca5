// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.abi;

import java.util.Locale;

/**
 * The system calls that {@link RawSyscalls} answers, with their numbers: the stable interface of
 * Linux to programs. "Generic" is the table that architectures share which came after 2011.
 */
public enum MemoryCall {
  MMAP(9, 222),
  MUNMAP(11, 215),
  MPROTECT(10, 226),
  PKEY_MPROTECT(329, 288),
  PKEY_ALLOC(330, 289),
  PKEY_FREE(331, 290),
  MREMAP(25, 216),
  BRK(12, 214),
  MADVISE(28, 233),
  PROCESS_MADVISE(440, 440),
  MLOCK(149, 228),
  MLOCK2(325, 284),
  MUNLOCK(150, 229),
  MLOCKALL(151, 230),
  MUNLOCKALL(152, 231),
  MSYNC(26, 227),
  MINCORE(27, 232),
  MSEAL(462, 462),
  MBIND(237, 235),
  SET_MEMPOLICY_HOME_NODE(450, 450),
  REMAP_FILE_PAGES(216, 234),
  SHMGET(29, 194),
  SHMCTL(31, 195),
  SHMAT(30, 196),
  SHMDT(67, 197),
  IO_SETUP(206, 0),
  IO_DESTROY(207, 1),
  MEMFD_CREATE(319, 279),
  MEMFD_SECRET(447, 447),
  /** Only the options that bear on memory. */
  PRCTL(157, 167),
  /** Only of the calling process. */
  PRLIMIT64(302, 261),
  GETRLIMIT(97, 163),
  SETRLIMIT(160, 164),
  PERSONALITY(135, 92);

  private final int x86;
  private final int generic;

  MemoryCall(int x86, int generic) {
    this.x86 = x86;
    this.generic = generic;
  }

  /** Its name, as in the manual. */
  public String callName() {
    return name().toLowerCase(Locale.ROOT);
  }

  int x86() {
    return x86;
  }

  int generic() {
    return generic;
  }
}
