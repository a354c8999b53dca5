// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Pages;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The regions of a context by their offsets ({@code mt_mmap}), with its lock. The first page is
 * never given away, so that offset 0 finds nothing.
 */
final class RegionTree {
  private final ReentrantLock lock = new ReentrantLock();
  private final NavigableMap<Long, MmioRegion> regions = new TreeMap<>();

  /**
   * Makes a region at the lowest offset with so much room behind it. There always is one: regions
   * together are no longer than the device's memory.
   *
   * @param bytes whole pages
   */
  MmioRegion add(long bytes, LongFunction<MmioRegion> at) {
    lock.lock();
    try {
      long offset = Pages.SIZE;
      for (MmioRegion region : regions.values()) {
        if (region.offset() - offset >= bytes) {
          break;
        }
        offset = region.end();
      }
      MmioRegion region = at.apply(offset);
      regions.put(offset, region);
      return region;
    } finally {
      lock.unlock();
    }
  }

  /** The region that has the byte at {@code offset}, or null; nothing keeps it. */
  @Nullable MmioRegion load(long offset) {
    return read(offset, region -> region);
  }

  /**
   * What {@code reader} makes of the region that has the byte at {@code offset}, with the lock held
   * meanwhile: a region in the tree has an owner, and neither is freed before the lock is released.
   *
   * @return null without a region, or if the reader says so
   */
  <T> @Nullable T read(long offset, Function<MmioRegion, ? extends @Nullable T> reader) {
    lock.lock();
    try {
      Map.Entry<Long, MmioRegion> below = regions.floorEntry(offset);
      return below == null || below.getValue().end() <= offset
          ? null
          : reader.apply(below.getValue());
    } finally {
      lock.unlock();
    }
  }

  /** Takes it out. */
  void erase(MmioRegion region) {
    lock.lock();
    try {
      regions.remove(region.offset(), region);
    } finally {
      lock.unlock();
    }
  }

  /** All of them. */
  List<MmioRegion> all() {
    lock.lock();
    try {
      return List.copyOf(regions.values());
    } finally {
      lock.unlock();
    }
  }
}
