// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.CacheMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of frames with a cache mode. They may overlap and even be the same, but then they have one
 * mode. Not thread-safe.
 *
 * <p>Beside the ranges it keeps the segments that their ends cut the frames into, so that the mode
 * of a frame is found without looking at every range.
 */
final class ReservedRanges {
  /** Frames that the same ranges cover: where they end, how many ranges, and the mode. */
  private record Segment(long end, int ranges, CacheMode mode) {
    Segment upTo(long newEnd) {
      return new Segment(newEnd, ranges, mode);
    }

    Segment more(int count) {
      return new Segment(end, ranges + count, mode);
    }
  }

  private static final Comparator<TrackedRange> ORDER =
      Comparator.comparingLong(TrackedRange::pfn).thenComparingLong(TrackedRange::pages);

  /** How many times each range was added. */
  private final NavigableMap<TrackedRange, Integer> ranges = new TreeMap<>(ORDER);

  /** By first frame. */
  private final NavigableMap<Long, Segment> segments = new TreeMap<>();

  /** The mode of a frame, or null where no range is. */
  @Nullable CacheMode mode(long pfn) {
    Map.Entry<Long, Segment> below = segments.floorEntry(pfn);
    return below != null && below.getValue().end > pfn ? below.getValue().mode : null;
  }

  /** The first frame above {@code pfn} at which the mode may be another one. */
  long nextChange(long pfn) {
    Map.Entry<Long, Segment> below = segments.floorEntry(pfn);
    if (below != null && below.getValue().end > pfn) {
      return below.getValue().end;
    }
    Long above = segments.higherKey(pfn);
    return above == null ? Long.MAX_VALUE : above;
  }

  /** The modes of all ranges that overlap [start, end), by first frame, without repetitions. */
  List<CacheMode> modes(long start, long end) {
    List<CacheMode> modes = new ArrayList<>();
    Map.Entry<Long, Segment> below = segments.lowerEntry(start);
    if (below != null && below.getValue().end > start) {
      modes.add(below.getValue().mode);
    }
    for (Segment each : segments.subMap(start, end).values()) {
      if (!modes.contains(each.mode)) {
        modes.add(each.mode);
      }
    }
    return modes;
  }

  /** Adds a range; those that it overlaps must have its mode. */
  void add(TrackedRange range) {
    ranges.merge(range, 1, Integer::sum);
    cut(range.pfn());
    cut(range.end());
    long at = range.pfn();
    while (at < range.end()) {
      Segment segment = segments.get(at);
      if (segment == null) {
        Long next = segments.higherKey(at);
        long end = next == null ? range.end() : Math.min(next, range.end());
        segment = new Segment(end, 0, range.mode());
      }
      segments.put(at, segment.more(1));
      at = segment.end;
    }
  }

  /**
   * Takes a range away once.
   *
   * @throws IllegalStateException if it is not there
   */
  void remove(TrackedRange range) {
    Integer count = ranges.get(range);
    if (count == null) {
      throw new IllegalStateException("not reserved: " + range);
    }
    if (count == 1) {
      ranges.remove(range);
    } else {
      ranges.put(range, count - 1);
    }
    for (long at = range.pfn(); at < range.end(); ) {
      Segment segment = segmentAt(at);
      if (segment.ranges == 1) {
        segments.remove(at);
      } else {
        segments.put(at, segment.more(-1));
      }
      at = segment.end;
    }
  }

  private Segment segmentAt(long start) {
    Segment segment = segments.get(start);
    if (segment == null) {
      throw new IllegalStateException("no segment at frame " + Long.toHexString(start));
    }
    return segment;
  }

  /** Lets a segment begin at a frame inside of one. Cuts stay until the segments go. */
  private void cut(long pfn) {
    Map.Entry<Long, Segment> below = segments.lowerEntry(pfn);
    if (below != null && below.getValue().end > pfn) {
      segments.put(pfn, below.getValue());
      segments.put(below.getKey(), below.getValue().upTo(pfn));
    }
  }

  /** All ranges by first frame, as often as they were added. */
  List<TrackedRange> list() {
    List<TrackedRange> list = new ArrayList<>();
    ranges.forEach((range, count) -> {
      for (int i = 0; i < count; i++) {
        list.add(range);
      }
    });
    return List.copyOf(list);
  }

  /** Checks that segments and ranges tell the same; throws IllegalStateException if not. */
  void verify() {
    ReservedRanges again = new ReservedRanges();
    long frames = 0;
    for (TrackedRange range : list()) {
      frames += range.pages();
      for (CacheMode mode : again.modes(range.pfn(), range.end())) {
        if (mode != range.mode()) {
          throw new IllegalStateException("PfnTracking: " + range + " overlaps one of " + mode);
        }
      }
      again.add(range);
    }
    long end = 0;
    for (Map.Entry<Long, Segment> each : segments.entrySet()) {
      long start = each.getKey();
      Segment segment = each.getValue();
      if (start < end || segment.end <= start || segment.ranges < 1) {
        throw new IllegalStateException("PfnTracking: order of the segments at " + start);
      }
      if (again.mode(start) != segment.mode) {
        throw new IllegalStateException("PfnTracking: a segment without a range at " + start);
      }
      frames -= (segment.end - start) * segment.ranges;
      end = segment.end;
    }
    if (frames != 0) {
      throw new IllegalStateException("PfnTracking: the segments lack frames: " + frames);
    }
  }
}
