// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * Page arithmetic for 4 KiB pages. Addresses and lengths are bytes in unsigned 64-bit values; every
 * user address is below 2^56, so a valid one is never negative.
 */
public final class Pages {
  /** log2 of the page size. */
  public static final int SHIFT = 12;

  /** Bytes in a page. */
  public static final long SIZE = 1L << SHIFT;

  /** Mask of the page offset bits. */
  public static final long OFFSET_MASK = SIZE - 1;

  private Pages() {}

  /** {@code bytes} rounded down to a page boundary. */
  public static long floor(long bytes) {
    return bytes & ~OFFSET_MASK;
  }

  /** {@code bytes} rounded up to a page boundary; wraps to 0 above 2^64 - 4096, as in Linux. */
  public static long ceil(long bytes) {
    return (bytes + OFFSET_MASK) & ~OFFSET_MASK;
  }

  /** Number of whole pages in {@code bytes}. */
  public static long count(long bytes) {
    return bytes >>> SHIFT;
  }

  /** {@code pages} as bytes. */
  public static long bytes(long pages) {
    return pages << SHIFT;
  }

  /** Whether {@code value} lies on a page boundary. */
  public static boolean isAligned(long value) {
    return (value & OFFSET_MASK) == 0;
  }
}
