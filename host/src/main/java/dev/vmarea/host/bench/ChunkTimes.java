// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.Arrays;

/** Times of small pieces of work, in nanoseconds a repetition; their median passes over pauses. */
final class ChunkTimes {
  private double[] values = new double[1024];
  private int size;

  /** Adds a piece of {@code repetitions} that began at {@code begun} of the nano clock. */
  void add(long begun, long repetitions) {
    double value = (double) (System.nanoTime() - begun) / repetitions;
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  double median() {
    Arrays.sort(values, 0, size);
    return values[size / 2];
  }
}
