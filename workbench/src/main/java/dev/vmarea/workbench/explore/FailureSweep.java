// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The last of some acts, with each step on its way failing once; and where that makes it fail, each
 * step of its unwinding failing, too.
 */
public final class FailureSweep {
  private FailureSweep() {}

  /**
   * Does them all.
   *
   * @param told each run; the first one is without failures
   */
  public static void run(
      Subject subject, Ground ground, List<Act> acts, Consumer<? super Run> told) {
    Run plain = Run.of(subject, ground, acts);
    told.accept(plain);
    for (Occurrence first : plain.steps().getLast().passed()) {
      if (subject.kind().infallible().contains(first.point())) {
        continue;
      }
      Run once = Run.of(subject, ground, failing(acts, List.of(first)));
      told.accept(once);
      Step step = once.steps().getLast();
      if (step.failed()) {
        List<Occurrence> passed = step.passed();
        for (Occurrence second : passed.subList(passed.indexOf(first) + 1, passed.size())) {
          told.accept(Run.of(subject, ground, failing(acts, List.of(first, second))));
        }
      }
    }
  }

  /**
   * The last of some acts with each step on its way failing once, and a look at the locks that are
   * kept.
   *
   * @param told each run; the first one is without failures
   */
  public static void locks(
      Subject subject, Ground ground, List<Act> acts, Consumer<? super Run> told) {
    Run plain = Run.watchingLocks(subject, ground, acts);
    told.accept(plain);
    for (Occurrence one : plain.steps().getLast().passed()) {
      if (!subject.kind().infallible().contains(one.point())) {
        told.accept(Run.watchingLocks(subject, ground, failing(acts, List.of(one))));
      }
    }
  }

  private static List<Act> failing(List<Act> acts, List<Occurrence> points) {
    List<Act> all = new ArrayList<>(acts);
    all.add(new Act.Failing(all.removeLast(), points));
    return all;
  }
}
