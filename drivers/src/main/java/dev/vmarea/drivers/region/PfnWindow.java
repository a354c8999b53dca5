// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.region;

import dev.vmarea.base.Pages;
import dev.vmarea.drivers.Amount;
import dev.vmarea.memory.PfnRange;

/**
 * Page frames that a file shows: the page at offset n of the file is the n-th of them. The checks
 * that a hook makes of an offset and a length before it maps frames are here, safe from numbers
 * that wrap. Offsets and lengths are pages and unsigned. Immutable.
 *
 * @param firstPfn the frame of the page at offset 0
 * @param pages number of frames
 */
public record PfnWindow(long firstPfn, long pages) {
  /** Frames from 0 on have no negative numbers, and end before 2^63. */
  public PfnWindow {
    if (firstPfn < 0 || pages < 0 || firstPfn + pages < 0) {
      throw new IllegalArgumentException(
          "no frames: " + pages + " from " + Long.toHexString(firstPfn) + " on");
    }
  }

  /**
   * The frames of [physical, physical + bytes).
   *
   * @param physical bytes, page aligned
   * @param bytes length; a page that begins in it belongs to it
   */
  public static PfnWindow ofBytes(long physical, long bytes) {
    return new PfnWindow(Pages.count(physical), Pages.count(Pages.ceil(bytes)));
  }

  /**
   * The frames of a range as people write it, START-END.
   *
   * @param text two numbers of bytes, page aligned, the end not included
   * @throws IllegalArgumentException if it is not such a range, or empty
   */
  public static PfnWindow parse(String text) {
    int dash = text.indexOf('-');
    if (dash > 0) {
      long start = Amount.parse("start", text.substring(0, dash));
      long end = Amount.parse("end", text.substring(dash + 1));
      if (Pages.isAligned(start | end) && start < end) {
        return ofBytes(start, end - start);
      }
    }
    throw new IllegalArgumentException(text + ": a range of whole pages expected, START-END");
  }

  /** Whether the offset lies inside, or right at the end. */
  public boolean reaches(long pgoff) {
    return Long.compareUnsigned(pgoff, pages) <= 0;
  }

  /** Whether all of [pgoff, pgoff + count) lies inside. */
  public boolean contains(long pgoff, long count) {
    return reaches(pgoff) && Long.compareUnsigned(count, pages - pgoff) <= 0;
  }

  /** The frame of the page at an offset inside. */
  public long pfn(long pgoff) {
    return firstPfn + pgoff;
  }

  /** All of it; not for an empty one. */
  public PfnRange frames() {
    return new PfnRange(firstPfn, firstPfn + pages);
  }
}
