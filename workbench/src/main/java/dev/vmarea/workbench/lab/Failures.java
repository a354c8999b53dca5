// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailureRun;
import dev.vmarea.base.FailureRun.Occurrence;
import java.util.List;

/**
 * Fails some occurrences of points on the way of one act, and remembers all that were passed, in
 * order. Since a prepare hook is called at one of the points, and others come behind it, it also
 * shows a watch what was right before the hook and right after it. Not thread-safe.
 */
final class Failures implements FailurePlan {
  private final FailureRun run;
  private final HookWatch watch;

  Failures(List<Occurrence> wanted, HookWatch watch) {
    this.run = new FailureRun(wanted);
    this.watch = watch;
  }

  @Override
  public boolean fails(Point point) {
    boolean fails = run.fails(point);
    if (point == Point.HOOK && !fails) {
      watch.before();
    } else if (point == Point.VMA || point == Point.TREE_NODE) {
      watch.after();
    }
    return fails;
  }

  /** What was passed so far. */
  List<Occurrence> passed() {
    return run.path();
  }
}
