// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import java.util.Map;
import java.util.TreeMap;

/**
 * Frames that nobody uses. The lowest place with room is taken, so that the same calls get the same
 * frames. Not thread-safe.
 */
final class FreeFrames {
  /** First frame of each free stretch, and the frame after it. Stretches never touch. */
  private final TreeMap<Long, Long> stretches = new TreeMap<>();

  private long count;

  /** Takes consecutive frames and returns the first one, or -1 if there is no room. */
  long take(long pages) {
    long start = firstWithRoom(pages);
    Long end = stretches.remove(start);
    if (end != null) {
      if (end - start > pages) {
        stretches.put(start + pages, end);
      }
      count -= pages;
    }
    return start;
  }

  /**
   * Takes consecutive frames of which the first has a number that {@code pages}, a power of two,
   * divides; returns that, or -1 if there is no such room.
   */
  long takeAligned(long pages) {
    long start = firstWithAlignedRoom(pages);
    Long end = stretches.remove(start);
    if (end == null) {
      return -1;
    }
    long first = aligned(start, pages);
    if (start < first) {
      stretches.put(start, first);
    }
    if (first + pages < end) {
      stretches.put(first + pages, end);
    }
    count -= pages;
    return first;
  }

  private static long aligned(long start, long pages) {
    return (start + pages - 1) & -pages;
  }

  private long firstWithAlignedRoom(long pages) {
    for (Map.Entry<Long, Long> stretch : stretches.entrySet()) {
      if (aligned(stretch.getKey(), pages) + pages <= stretch.getValue()) {
        return stretch.getKey();
      }
    }
    return -1;
  }

  private long firstWithRoom(long pages) {
    for (Map.Entry<Long, Long> stretch : stretches.entrySet()) {
      if (stretch.getValue() - stretch.getKey() >= pages) {
        return stretch.getKey();
      }
    }
    return -1;
  }

  /** Gives frames back; they must be in use. */
  void give(long start, long end) {
    long from = start;
    long to = end;
    Map.Entry<Long, Long> below = stretches.floorEntry(start);
    if (below != null && below.getValue() == start) {
      from = below.getKey();
    }
    Long above = stretches.remove(end);
    if (above != null) {
      to = above;
    }
    stretches.put(from, to);
    count += end - start;
  }

  /** Whether the frame is free. */
  boolean contains(long pfn) {
    Map.Entry<Long, Long> below = stretches.floorEntry(pfn);
    return below != null && below.getValue() > pfn;
  }

  /** Number of free frames. */
  long count() {
    return count;
  }
}
