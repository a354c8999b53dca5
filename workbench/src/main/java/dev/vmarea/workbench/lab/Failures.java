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
 * order. Since a prepare hook is called at one of the points, and others come behind it, it also
 * shows a watch what was right before the hook and right after it. Not thread-safe.
 */
final class Failures implements FailurePlan {
  private final List<Occurrence> wanted;
  private final HookWatch watch;
  private final List<Occurrence> passed = new ArrayList<>();
  private final Map<Point, Integer> counts = new EnumMap<>(Point.class);

  Failures(List<Occurrence> wanted, HookWatch watch) {
    this.wanted = wanted;
    this.watch = watch;
  }

  @Override
  public boolean fails(Point point) {
    Occurrence now = new Occurrence(point, counts.merge(point, 1, Integer::sum));
    passed.add(now);
    boolean fails = wanted.contains(now);
    if (point == Point.HOOK && !fails) {
      watch.before();
    } else if (point == Point.VMA || point == Point.TREE_NODE) {
      watch.after();
    }
    return fails;
  }

  /** What was passed so far. */
  List<Occurrence> passed() {
    return List.copyOf(passed);
  }
}
