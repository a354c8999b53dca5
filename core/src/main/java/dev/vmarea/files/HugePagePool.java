// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The huge pages of a machine that are neither in use nor reserved, by page size. Mapping reserves
 * them; faults are not modelled, so a reservation is all that ever takes a page. Thread-safe.
 */
public final class HugePagePool {
  private final ConcurrentHashMap<Long, Long> free = new ConcurrentHashMap<>();

  /** An empty pool: every reservation is refused. */
  public HugePagePool() {}

  /**
   * Sets the number of pages free.
   *
   * @param pageSize bytes
   */
  public void setFree(long pageSize, long pages) {
    free.put(pageSize, pages);
  }

  /** Pages of {@code pageSize} bytes free now. */
  public long free(long pageSize) {
    return free.getOrDefault(pageSize, 0L);
  }

  /** Takes {@code pages} (may be negative, which gives back). */
  void take(long pageSize, long pages) {
    free.merge(pageSize, -pages, Long::sum);
  }
}
