// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * The {@code flags} argument of mmap (values of x86-64; aarch64 lacks only the first two of x86).
 */
public final class MapFlags {
  public static final int SHARED = 0x1;
  public static final int PRIVATE = 0x2;
  public static final int SHARED_VALIDATE = 0x3;
  public static final int DROPPABLE = 0x8;
  public static final int TYPE = 0xf;
  public static final int FIXED = 0x10;
  public static final int ANONYMOUS = 0x20;

  /** x86 only: place below 2 GiB. */
  public static final int BIT32 = 0x40;

  /** x86 only: place above 4 GiB. */
  public static final int ABOVE4G = 0x80;

  public static final int GROWSDOWN = 0x100;
  public static final int DENYWRITE = 0x800;
  public static final int EXECUTABLE = 0x1000;
  public static final int LOCKED = 0x2000;
  public static final int NORESERVE = 0x4000;
  public static final int POPULATE = 0x8000;
  public static final int NONBLOCK = 0x10000;
  public static final int STACK = 0x20000;
  public static final int HUGETLB = 0x40000;
  public static final int SYNC = 0x80000;
  public static final int FIXED_NOREPLACE = 0x100000;
  public static final int UNINITIALIZED = 0x4000000;

  /** Position of the six bits that hold log2 of the huge page size. */
  public static final int HUGE_SHIFT = 26;

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
