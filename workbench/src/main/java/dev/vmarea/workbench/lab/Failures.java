// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailureRun.Occurrence;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Fails some occurrences of points on the way of one act, and remembers all that were passed, in
 * order. Not thread-safe.
 */
final class Failures implements FailurePlan {
  private final List<Occurrence> wanted;
  private final List<Occurrence> passed = new ArrayList<>();
  private final Map<Point, Integer> counts = new EnumMap<>(Point.class);

  Failures(List<Occurrence> wanted) {
    this.wanted = wanted;
  }

  @Override
  public boolean fails(Point point) {
    Occurrence now = new Occurrence(point, counts.merge(point, 1, Integer::sum));
    passed.add(now);
    return wanted.contains(now);
  }

  /** What was passed so far. */
  List<Occurrence> passed() {
    return List.copyOf(passed);
  }
}
