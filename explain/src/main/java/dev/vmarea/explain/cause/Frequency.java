// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import java.util.HashMap;
import java.util.Map;

/** Finds what occurs most often among numbers, in bounded memory. */
final class Frequency {
  /** So many different values are remembered; where there are more, hardly one stands out. */
  private static final int MOST = 1024;

  private final Map<Long, Integer> counts = new HashMap<>();
  private long best;
  private int bestCount;

  void add(long value) {
    if (counts.size() < MOST || counts.containsKey(value)) {
      int count = counts.merge(value, 1, Integer::sum);
      if (count > bestCount) {
        best = value;
        bestCount = count;
      }
    }
  }

  /** The value that occurs most often. */
  long best() {
    return best;
  }

  /** How often it occurs. */
  int count() {
    return bestCount;
  }
}
