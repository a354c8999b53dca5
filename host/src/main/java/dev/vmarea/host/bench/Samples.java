// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What rounds measured, by key. */
final class Samples {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  void add(Map<String, Double> round) {
    round.forEach((key, value) -> add(key, value));
  }

  void add(String key, double value) {
    values.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
  }

  /** The median of what was measured under the key. */
  double median(String key) throws NotMeasuredException {
    List<Double> all = values.get(key);
    if (all == null) {
      throw new NotMeasuredException("nothing to compare with");
    }
    List<Double> sorted = new ArrayList<>(all);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** The median of {@code key} in each round divided by {@code other} in the same round. */
  double medianRatio(String key, String other) throws NotMeasuredException {
    List<Double> above = values.getOrDefault(key, List.of());
    List<Double> below = values.getOrDefault(other, List.of());
    Samples ratios = new Samples();
    for (int i = 0; i < Math.min(above.size(), below.size()); i++) {
      ratios.add("", above.get(i) / below.get(i));
    }
    return ratios.median("");
  }

  boolean has(String key) {
    return values.containsKey(key);
  }
}
