// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/** The {@code advice} argument of madvise and process_madvise (generic numbering). */
public final class Advice {
  public static final int NORMAL = 0;
  public static final int RANDOM = 1;
  public static final int SEQUENTIAL = 2;
  public static final int WILLNEED = 3;
  public static final int DONTNEED = 4;
  public static final int FREE = 8;
  public static final int REMOVE = 9;
  public static final int DONTFORK = 10;
  public static final int DOFORK = 11;
  public static final int MERGEABLE = 12;
  public static final int UNMERGEABLE = 13;
  public static final int HUGEPAGE = 14;
  public static final int NOHUGEPAGE = 15;
  public static final int DONTDUMP = 16;
  public static final int DODUMP = 17;
  public static final int WIPEONFORK = 18;
  public static final int KEEPONFORK = 19;
  public static final int COLD = 20;
  public static final int PAGEOUT = 21;
  public static final int POPULATE_READ = 22;
  public static final int POPULATE_WRITE = 23;
  public static final int DONTNEED_LOCKED = 24;
  public static final int COLLAPSE = 25;
  public static final int GUARD_INSTALL = 102;
  public static final int GUARD_REMOVE = 103;

  private Advice() {}

  /**
   * Whether a kernel configured so knows {@code advice}; if not, madvise says EINVAL whatever the
   * range. Poisoning (100, 101) counts as unknown: it needs a kernel built for it.
   */
  public static boolean isKnown(int advice, KernelConfig config) {
    return switch (advice) {
      case NORMAL, RANDOM, SEQUENTIAL, WILLNEED, DONTNEED, FREE, REMOVE -> true;
      case DONTFORK, DOFORK, DONTDUMP, DODUMP, WIPEONFORK, KEEPONFORK -> true;
      case COLD, PAGEOUT, POPULATE_READ, POPULATE_WRITE, DONTNEED_LOCKED -> true;
      case GUARD_INSTALL, GUARD_REMOVE -> true;
      case MERGEABLE, UNMERGEABLE -> config.ksm();
      case HUGEPAGE, NOHUGEPAGE, COLLAPSE -> config.thp();
      default -> false;
    };
  }

  /** Whether {@code advice} throws contents away, which sealing forbids on read-only memory. */
  public static boolean discards(int advice) {
    return switch (advice) {
      case FREE, DONTNEED, DONTNEED_LOCKED, REMOVE, DONTFORK, WIPEONFORK, GUARD_INSTALL -> true;
      default -> false;
    };
  }
}
