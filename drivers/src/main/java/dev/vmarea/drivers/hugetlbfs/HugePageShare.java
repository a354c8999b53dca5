// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.hugetlb.HugePagePool;

/** Huge pages that a machine's pool has for the sake of a mount, beyond what it had. */
record HugePageShare(HugePagePool pool, long pageSize, long pages) {
  /**
   * Makes the pool larger.
   *
   * @throws IllegalArgumentException if memory has no room for so many
   */
  static HugePageShare take(HugePagePool pool, long pageSize, long pages) {
    HugePagePool.Counts before = pool.counts(pageSize);
    long wanted = before.total() - before.surplus() + pages;
    if (pool.setTotal(pageSize, wanted) < wanted) {
      pool.setTotal(pageSize, before.total() - before.surplus());
      throw new IllegalArgumentException(
          "memory has no room for " + pages + " huge pages of " + pageSize + " bytes");
    }
    return new HugePageShare(pool, pageSize, pages);
  }

  /** Makes it smaller again; pages that are in use or reserved stay. */
  void giveBack() {
    HugePagePool.Counts now = pool.counts(pageSize);
    pool.setTotal(pageSize, Math.max(0, now.total() - now.surplus() - pages));
  }
}
