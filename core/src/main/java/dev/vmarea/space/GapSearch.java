// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.Vma;

/**
 * Finds room between VMAs, aligned and clear of stack guard gaps (mm-semantics 2.3, "gap search").
 * Under the address space's lock.
 */
final class GapSearch {
  private final Mm mm;

  GapSearch(Mm mm) {
    this.mm = mm;
  }

  /**
   * How much room, in bytes.
   *
   * @param length bytes wanted
   * @param alignMask power of two less one that the address is aligned to
   * @param alignOffset what the address is congruent to under the mask
   * @param startGap bytes to keep free below
   */
  record Need(long length, long alignMask, long alignOffset, long startGap) {
    /** What the free interval must hold; wraps to less than length when absurd. */
    long total() {
      return length + alignMask + startGap;
    }
  }

  /** The highest suitable address in [low, high), or -1. */
  long topDown(long low, long high, Need need) {
    long total = need.total();
    if (Long.compareUnsigned(total, need.length) < 0) {
      return -1;
    }
    long bottom = Math.max(low, mm.config().minAddr());
    long top = high;
    while (true) {
      long end = top - bottom >= total ? mm.tree().findGapBelow(bottom, top, total) : -1;
      if (end < 0) {
        return -1;
      }
      long address = end - need.length;
      address -= (address - need.alignOffset) & need.alignMask;
      Vma above = mm.tree().find(end);
      if (above == null || !above.hasAny(VmFlags.STARTGAP) || mm.guardedStart(above) >= end) {
        return address;
      }
      top = mm.guardedStart(above);
    }
  }

  /** The lowest suitable address in [low, high), or -1. */
  long bottomUp(long low, long high, Need need) {
    long total = need.total();
    if (Long.compareUnsigned(total, need.length) < 0) {
      return -1;
    }
    long bottom = Math.max(low, mm.config().minAddr());
    while (true) {
      long start = high - bottom >= total ? mm.tree().findGapAbove(bottom, high, total) : -1;
      if (start < 0) {
        return -1;
      }
      long address = start + need.startGap;
      address += (need.alignOffset - address) & need.alignMask;
      Vma above = mm.tree().find(address);
      if (above == null
          || !above.hasAny(VmFlags.STARTGAP)
          || mm.guardedStart(above) >= address + need.length) {
        return address;
      }
      bottom = above.end();
    }
  }
}
