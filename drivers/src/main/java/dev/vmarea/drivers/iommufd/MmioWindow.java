// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The physical memory of the translation unit, parts of which are given to regions, each a queue of
 * its own; none to two at a time. A part that has no region answers no access. Thread-safe.
 */
final class MmioWindow {
  private final PhysicalMemory memory;
  private final long physical;
  private final long bytes;
  private final NavigableMap<Long, Long> taken = new TreeMap<>(); // start to end, guarded by this

  /** The part [physical, physical + bytes) of the machine's memory. */
  MmioWindow(PhysicalMemory memory, long physical, long bytes) {
    this.memory = memory;
    this.physical = physical;
    this.bytes = bytes;
  }

  /**
   * Takes a part.
   *
   * @param from where it begins in the window, bytes
   * @return its physical address
   * @throws ErrnoException EINVAL for parts of pages and outside, EBUSY if it is taken
   */
  synchronized long take(long from, long length) throws ErrnoException {
    boolean pages = Pages.isAligned(from | length);
    if (!pages || length <= 0 || from < 0 || from > bytes || length > bytes - from) {
      throw Errno.EINVAL.failure();
    }
    long start = physical + from;
    Map.Entry<Long, Long> before = taken.lowerEntry(start + length);
    if (before != null && before.getValue() > start) {
      throw Errno.EBUSY.failure();
    }
    taken.put(start, start + length);
    memory.attach(frames(start, length), new QueueRegisters());
    return start;
  }

  private static PfnRange frames(long start, long length) {
    return new PfnRange(Pages.count(start), Pages.count(start + length));
  }

  /** The part of {@code region} is free again. */
  synchronized void giveBack(MmioRegion region) {
    taken.remove(region.physical());
    memory.detach(frames(region.physical(), region.length()));
  }
}
