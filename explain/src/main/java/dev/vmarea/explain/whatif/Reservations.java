// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Address ranges that mmap handed out without access, to be made accessible piece by piece. */
final class Reservations {
  private final NavigableMap<Long, Long> ends;

  Reservations() {
    this(new TreeMap<>());
  }

  private Reservations(NavigableMap<Long, Long> ends) {
    this.ends = ends;
  }

  /** A range of bytes, [start, end). */
  record Range(long start, long end) {
    static Range of(long start, long length) {
      return new Range(start, start + Pages.ceil(length));
    }

    long length() {
      return end - start;
    }

    boolean contains(Range other) {
      return start <= other.start && other.end <= end;
    }

    boolean overlaps(Range other) {
      return start < other.end && other.start < end;
    }
  }

  Reservations copy() {
    return new Reservations(new TreeMap<>(ends));
  }

  /** Whether a call maps private anonymous memory, whatever the protection. */
  static boolean mapsAnonymous(TracedCall traced) {
    MemoryCall call = traced.call();
    return call.call() == SyscallName.MMAP
        && !traced.failed()
        && (call.a3() & MapFlags.ANONYMOUS) != 0
        && (call.a3() & MapFlags.TYPE) == MapFlags.PRIVATE
        && (call.a3() & (MapFlags.HUGETLB | MapFlags.GROWSDOWN)) == 0;
  }

  /** Whether a call makes a reservation. */
  static boolean reserves(TracedCall traced) {
    return mapsAnonymous(traced) && traced.call().a2() == 0;
  }

  /** What a call of the log does to the ranges: cuts off what it maps anew, and takes away. */
  void follow(TracedCall traced) {
    MemoryCall call = traced.call();
    switch (call.call()) {
      case MMAP -> {
        if (!traced.failed()) {
          cut(Range.of(traced.result(), call.a1()));
        }
      }
      case MUNMAP -> cut(Range.of(call.a0(), call.a1()));
      case MREMAP -> {
        if (!traced.failed()) {
          cut(Range.of(call.a0(), call.a1()));
          cut(Range.of(traced.result(), call.a2()));
        }
      }
      default -> {}
    }
    if (reserves(traced)) {
      Range made = Range.of(traced.result(), call.a1());
      ends.put(made.start(), made.end());
    }
  }

  /** The reservation that contains a range, or null. */
  @Nullable Range containing(Range range) {
    Map.Entry<Long, Long> below = ends.floorEntry(range.start());
    if (below == null) {
      return null;
    }
    Range found = new Range(below.getKey(), below.getValue());
    return found.contains(range) ? found : null;
  }

  /** It is no reservation any more. */
  void remove(Range range) {
    ends.remove(range.start());
  }

  /** What lies in {@code gone} belongs to no reservation any more. */
  private void cut(Range gone) {
    Map.Entry<Long, Long> at = ends.lowerEntry(gone.end());
    while (at != null && at.getValue() > gone.start()) {
      ends.remove(at.getKey());
      if (at.getKey() < gone.start()) {
        ends.put(at.getKey(), gone.start());
      }
      if (at.getValue() > gone.end()) {
        ends.put(gone.end(), at.getValue());
      }
      at = ends.lowerEntry(at.getKey());
    }
  }
}
