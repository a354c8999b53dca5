// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

/**
 * How many huge pages a control group has reserved, against its limit ({@code
 * hugetlb.<size>.rsvd.max}). Counts huge pages. Thread-safe; its lock is taken last.
 */
public final class HugetlbControlGroup {
  /** Stands for "no limit". */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private final long limit;
  private long charged;

  /** A group without charge that may have {@code limit} pages reserved. */
  public HugetlbControlGroup(long limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("a limit below 0: " + limit);
    }
    this.limit = limit;
  }

  /** Pages charged now. */
  public synchronized long charged() {
    return charged;
  }

  /** Charges {@code pages}; false, and nothing charged, if the limit does not allow them. */
  synchronized boolean charge(long pages) {
    if (pages > limit - charged) {
      return false;
    }
    charged += pages;
    return true;
  }

  synchronized void uncharge(long pages) {
    charged -= pages;
  }

  /**
   * Checks the bounds of its counter.
   *
   * @throws IllegalStateException if it is out of them
   */
  public synchronized void verify() {
    if (charged < 0 || charged > limit) {
      throw new IllegalStateException("a group of at most " + limit + " pages has " + charged);
    }
  }
}
