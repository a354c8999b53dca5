// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * The {@code flags} argument of mmap (values of x86-64; aarch64 lacks only the first two of x86).
 */
public final class MapFlags {
  /** A type: writes reach the file and other mappings. */
  public static final int SHARED = 0x1;

  /** A type: writes make private copies. */
  public static final int PRIVATE = 0x2;

  /** A type: as SHARED, and unknown flags are refused with EOPNOTSUPP. */
  public static final int SHARED_VALIDATE = 0x3;

  /** A type: private memory that the kernel may drop under pressure; anonymous only. */
  public static final int DROPPABLE = 0x8;

  /** Mask of the type. */
  public static final int TYPE = 0xf;

  /** Exactly at the address, over whatever is there. */
  public static final int FIXED = 0x10;

  /** Without a file; the descriptor is not looked at. */
  public static final int ANONYMOUS = 0x20;

  /** x86 only: place below 2 GiB. */
  public static final int BIT32 = 0x40;

  /** x86 only: place above 4 GiB. */
  public static final int ABOVE4G = 0x80;

  /** Grows down when accessed just below, as a stack. */
  public static final int GROWSDOWN = 0x100;

  /** Accepted, without effect. */
  public static final int DENYWRITE = 0x800;

  /** Accepted, without effect. */
  public static final int EXECUTABLE = 0x1000;

  /** Locked and populated. */
  public static final int LOCKED = 0x2000;

  /** Not in the commit charge, except in overcommit mode 2. */
  public static final int NORESERVE = 0x4000;

  /** Faulted in at once. */
  public static final int POPULATE = 0x8000;

  /** With POPULATE: do not. */
  public static final int NONBLOCK = 0x10000;

  /** Without transparent huge pages. */
  public static final int STACK = 0x20000;

  /** From the pool of huge pages; the size is coded at {@link #HUGE_SHIFT}. */
  public static final int HUGETLB = 0x40000;

  /** Synchronous page faults of persistent memory; only with SHARED_VALIDATE. */
  public static final int SYNC = 0x80000;

  /** As FIXED, but EEXIST if something is there. */
  public static final int FIXED_NOREPLACE = 0x100000;

  /** Accepted; has a meaning without an MMU only. */
  public static final int UNINITIALIZED = 0x4000000;

  /** Position of the six bits that hold log2 of the huge page size. */
  public static final int HUGE_SHIFT = 26;

  /** Mask of those six bits, shifted down. */
  public static final int HUGE_MASK = 0x3f;

  /** What MAP_SHARED_VALIDATE tolerates; MAP_SHARED drops everything else. */
  public static final int LEGACY_MASK =
      SHARED
          | PRIVATE
          | FIXED
          | ANONYMOUS
          | DENYWRITE
          | EXECUTABLE
          | UNINITIALIZED
          | GROWSDOWN
          | LOCKED
          | NORESERVE
          | POPULATE
          | NONBLOCK
          | STACK
          | HUGETLB
          | BIT32
          | ABOVE4G
          | (21 << HUGE_SHIFT)
          | (30 << HUGE_SHIFT);

  private MapFlags() {}
}
