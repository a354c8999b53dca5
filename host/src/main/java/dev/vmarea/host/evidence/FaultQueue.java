// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Faults of one process that wait to be looked at, to be read in the order of their time. Records
 * of different processors arrive in runs, so runs are merged when they are read. Not thread-safe.
 */
final class FaultQueue {
  /** The fault was a read. */
  static final int READ = 0;

  /** The fault was a write. */
  static final int WRITE = 1;

  /** Whether the fault was a read or a write is not known. */
  static final int UNKNOWN = 2;

  private static final int KIND_BITS = 2;
  private static final int KIND_MASK = (1 << KIND_BITS) - 1;

  private long[] times = new long[64];
  private long[] words = new long[64];
  private int size;
  private boolean ordered = true;

  /** Adds a fault at {@code address} (below 2^62) at {@code time} (ns). */
  void add(final long time, final long address, final int kind) {
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
      words = Arrays.copyOf(words, size * 2);
    }
    if (size > 0 && time < times[size - 1]) {
      ordered = false;
    }
    times[size] = time;
    words[size++] = address << KIND_BITS | kind;
  }

  int size() {
    return size;
  }

  long address(final int i) {
    return words[i] >>> KIND_BITS;
  }

  int kind(final int i) {
    return (int) words[i] & KIND_MASK;
  }

  void addAll(final FaultQueue other) {
    for (int i = 0; i < other.size; i++) {
      add(other.times[i], other.address(i), other.kind(i));
    }
  }

  void clear() {
    size = 0;
    ordered = true;
    if (times.length > 1 << 16) {
      times = new long[64];
      words = new long[64];
    }
  }

  /** Brings the faults into the order of time; equal times keep the order of arrival. */
  void sort() {
    if (ordered) {
      return;
    }
    long[] fromTimes = times;
    long[] fromWords = words;
    long[] toTimes = new long[size];
    long[] toWords = new long[size];
    boolean merged = true;
    while (merged) {
      merged = false;
      int out = 0;
      while (out < size) {
        final int middle = endOfRun(fromTimes, out);
        final int end = middle < size ? endOfRun(fromTimes, middle) : middle;
        merged |= end < size || middle < size;
        int left = out;
        int right = middle;
        while (out < end) {
          final boolean takeLeft =
              right >= end || (left < middle && fromTimes[left] <= fromTimes[right]);
          final int taken = takeLeft ? left++ : right++;
          toTimes[out] = fromTimes[taken];
          toWords[out++] = fromWords[taken];
        }
      }
      final long[] spareTimes = fromTimes;
      final long[] spareWords = fromWords;
      fromTimes = toTimes;
      fromWords = toWords;
      toTimes = spareTimes;
      toWords = spareWords;
    }
    times = fromTimes;
    words = fromWords;
    ordered = true;
  }

  /**
   * Drops faults of unknown kind that another fault of the same page follows: only the last can
   * have been a write, those before read the zero page or a file page. Sort first.
   */
  void dropRepeated(final long pageSize) {
    final Set<Long> later = new HashSet<>();
    int out = size;
    for (int i = size - 1; i >= 0; i--) {
      if (kind(i) != UNKNOWN || later.add(address(i) & -pageSize)) {
        out--;
        times[out] = times[i];
        words[out] = words[i];
      }
    }
    System.arraycopy(times, out, times, 0, size - out);
    System.arraycopy(words, out, words, 0, size - out);
    size -= out;
  }

  private int endOfRun(final long[] values, final int from) {
    int end = from + 1;
    while (end < size && values[end] >= values[end - 1]) {
      end++;
    }
    return end;
  }
}
