// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.util.Map;
import java.util.TreeMap;

/** Which addresses are mapped, and nothing else: ranges that touch are one. */
final class MappedRanges {
  private static final long PAGE = 4096;
  private final TreeMap<Long, Long> ranges = new TreeMap<>();

  MappedRanges() {}

  MappedRanges(final MappedRanges other) {
    ranges.putAll(other.ranges);
  }

  static long pages(final long bytes) {
    return (bytes + PAGE - 1) / PAGE * PAGE;
  }

  boolean overlaps(final long start, final long end) {
    final Map.Entry<Long, Long> below = ranges.lowerEntry(end);
    return below != null && below.getValue() > start;
  }

  void add(final long start, final long end) {
    if (start >= end) {
      return;
    }
    long from = start;
    long to = end;
    Map.Entry<Long, Long> near = ranges.floorEntry(to);
    while (near != null && near.getValue() >= from) {
      from = Math.min(from, near.getKey());
      to = Math.max(to, near.getValue());
      ranges.remove(near.getKey());
      near = ranges.floorEntry(to);
    }
    ranges.put(from, to);
  }

  void remove(final long start, final long end) {
    Map.Entry<Long, Long> near = ranges.lowerEntry(end);
    while (near != null && near.getValue() > start) {
      ranges.remove(near.getKey());
      if (near.getValue() > end) {
        ranges.put(end, near.getValue());
      }
      if (near.getKey() < start) {
        ranges.put(near.getKey(), start);
      }
      near = ranges.lowerEntry(end);
    }
  }

  /** Takes the growth of a stack for known: the range that ends at {@code end} begins lower. */
  void growDown(final long start, final long end) {
    add(start, end);
  }

  @Override
  public String toString() {
    final StringBuilder text = new StringBuilder();
    ranges.forEach((start, end) ->
        text.append(Long.toHexString(start))
            .append('-')
            .append(Long.toHexString(end))
            .append('\n'));
    return text.toString();
  }
}
