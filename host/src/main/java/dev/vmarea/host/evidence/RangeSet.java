// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import java.util.Map;
import java.util.TreeMap;

/**
 * A set of addresses as disjoint half-open ranges; touching ranges are joined. Addresses are below
 * 2^63. Not thread-safe.
 */
final class RangeSet {
  private final TreeMap<Long, Long> ranges = new TreeMap<>();
  private long hitStart;
  private long hitEnd;

  RangeSet() {}

  RangeSet(final RangeSet other) {
    ranges.putAll(other.ranges);
  }

  /** The end of the range that holds {@code address}, or -1. */
  long endOfRangeAt(final long address) {
    if (address >= hitStart && address < hitEnd) {
      return hitEnd;
    }
    final Map.Entry<Long, Long> below = ranges.floorEntry(address);
    if (below == null || below.getValue() <= address) {
      return -1;
    }
    hitStart = below.getKey();
    hitEnd = below.getValue();
    return hitEnd;
  }

  boolean contains(final long address) {
    return endOfRangeAt(address) >= 0;
  }

  /** Whether every address of [start, end) is in the set. */
  boolean containsAll(final long start, final long end) {
    return endOfRangeAt(start) >= end;
  }

  /** Whether some address of [start, end) is in the set. */
  boolean intersects(final long start, final long end) {
    if (contains(start)) {
      return true;
    }
    final Long above = ranges.ceilingKey(start);
    return above != null && above < end;
  }

  void add(final long start, final long end) {
    if (start >= end || containsAll(start, end)) {
      return;
    }
    long newStart = start;
    long newEnd = end;
    Map.Entry<Long, Long> at = ranges.floorEntry(end);
    while (at != null && at.getValue() >= start) {
      newStart = Math.min(newStart, at.getKey());
      newEnd = Math.max(newEnd, at.getValue());
      ranges.remove(at.getKey());
      at = ranges.floorEntry(end);
    }
    ranges.put(newStart, newEnd);
    forgetHit();
  }

  void remove(final long start, final long end) {
    if (start >= end) {
      return;
    }
    Map.Entry<Long, Long> at = ranges.lowerEntry(end);
    while (at != null && at.getValue() > start) {
      ranges.remove(at.getKey());
      if (at.getValue() > end) {
        ranges.put(end, at.getValue());
      }
      if (at.getKey() < start) {
        ranges.put(at.getKey(), start);
      }
      at = ranges.lowerEntry(Math.min(end, at.getKey()));
    }
    forgetHit();
  }

  void removeAll(final RangeSet other) {
    other.ranges.forEach(this::remove);
  }

  void clear() {
    ranges.clear();
    forgetHit();
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  private void forgetHit() {
    hitStart = 0;
    hitEnd = 0;
  }

  @Override
  public String toString() {
    return ranges.toString();
  }
}
