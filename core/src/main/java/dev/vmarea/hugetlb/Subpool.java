// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

/**
 * A mount's share of the huge pages ({@code hugepage_subpool}): how many it may have at most, and
 * how many are kept for it from the beginning. Counts huge pages. Thread-safe; its lock is taken
 * last.
 *
 * <p>As in Linux, pages are counted as used only where there is a maximum; and what is given back
 * fills the minimum again before the pool gets any of it.
 */
public final class Subpool {
  /** Stands for "no maximum" and "no minimum". */
  public static final long NONE = -1;

  private final long max;
  private final long min;
  private long used;
  private long reserved;

  /**
   * A share of which nothing is used. The minimum must have been reserved in the pool.
   *
   * @param max pages it may have at most, or {@link #NONE}
   * @param min pages kept for it, or {@link #NONE}
   */
  public Subpool(long max, long min) {
    if (max < NONE || min < NONE) {
      throw new IllegalArgumentException("pages below 0: max " + max + ", min " + min);
    }
    this.max = max;
    this.min = min;
    this.reserved = Math.max(0, min);
  }

  /** Pages reserved by mappings or in use; 0 if there is no maximum. */
  public synchronized long used() {
    return used;
  }

  /** Pages of the minimum that nobody has taken yet. */
  public synchronized long reserved() {
    return reserved;
  }

  /** Whether pages are counted as used. */
  boolean counts() {
    return max != NONE;
  }

  /**
   * Takes {@code pages}.
   *
   * @return how many of them must be had from the pool, the others being of the minimum; or -1 if
   *     the maximum does not allow them
   */
  synchronized long get(long pages) {
    if (counts() && used + pages > max) {
      return -1;
    }
    if (counts()) {
      used += pages;
    }
    long kept = Math.min(pages, reserved);
    reserved -= kept;
    return pages - kept;
  }

  /**
   * Gives {@code pages} back that somebody has had.
   *
   * @return how many of them go back to the pool, the others being of the minimum again
   */
  synchronized long put(long pages) {
    if (counts()) {
      used -= pages;
    }
    if (min == NONE || used >= min) {
      return pages;
    }
    return pages - keep(pages);
  }

  /**
   * Undoes a {@link #get} of {@code pages} that said {@code fromPool}: unlike {@link #put}, it
   * fills the minimum with what came from it and no more.
   *
   * @return pages that others have given back in the meantime and that must leave for the pool
   */
  synchronized long undo(long pages, long fromPool) {
    if (counts()) {
      used -= pages;
    }
    long kept = pages - fromPool;
    return kept - keep(kept);
  }

  private long keep(long pages) {
    long kept = Math.min(pages, Math.max(0, min) - reserved);
    reserved += kept;
    return kept;
  }

  /** Nobody has any of it: all of its minimum can be given back. */
  synchronized boolean isUnused() {
    return used == 0 && reserved == Math.max(0, min);
  }

  /**
   * Checks the bounds of its counters.
   *
   * @throws IllegalStateException naming the one that is wrong
   */
  public synchronized void verify() {
    if (used < 0 || counts() && used > max) {
      throw new IllegalStateException("a share of at most " + max + " pages has used " + used);
    }
    if (reserved < 0 || reserved > Math.max(0, min)) {
      throw new IllegalStateException("a minimum of " + min + " pages keeps " + reserved);
    }
  }
}
