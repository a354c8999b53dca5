// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.hugetlb.HugePagePool;

/** Huge pages that a machine's pool has for the sake of a mount, beyond what it had. */
record HugePageShare(HugePagePool pool, long pageSize, long pages, long overcommit) {
  /**
   * Makes the pool larger.
   *
   * @param overcommit pages that the pool may have beyond while they are needed; 0 to leave it as
   *     it is
   * @throws IllegalArgumentException if memory has no room for so many
   */
  static HugePageShare take(HugePagePool pool, long pageSize, long pages, long overcommit) {
    HugePagePool.Counts before = pool.counts(pageSize);
    long wanted = before.total() - before.surplus() + pages;
    if (pool.setTotal(pageSize, wanted) < wanted) {
      pool.setTotal(pageSize, before.total() - before.surplus());
      throw new IllegalArgumentException(
          "memory has no room for " + pages + " huge pages of " + pageSize + " bytes");
    }
    if (overcommit > 0) {
      pool.overcommit(pageSize, overcommit);
    }
    return new HugePageShare(pool, pageSize, pages, overcommit);
  }

  /** Makes it smaller again; pages that are in use or reserved stay. */
  void giveBack() {
    if (overcommit > 0) {
      pool.overcommit(pageSize, 0);
    }
    HugePagePool.Counts now = pool.counts(pageSize);
    pool.setTotal(pageSize, Math.max(0, now.total() - now.surplus() - pages));
  }
}
