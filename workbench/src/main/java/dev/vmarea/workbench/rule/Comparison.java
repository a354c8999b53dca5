// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The same acts done to a port and to the old hook: the first difference that can be seen. */
public final class Comparison {
  private Comparison() {}

  /**
   * The first difference, or none. One that is intended does not hide others behind it, unless it
   * leads to something else altogether: then, and if there are no others, it is the one.
   *
   * @param intended which differences somebody wants
   */
  public static Optional<Violation> judge(
      Run port, Run old, Predicate<? super Violation> intended) {
    List<Step> steps = port.steps();
    Violation wanted = null;
    for (int i = port.setups(); i < steps.size(); i++) {
      Step step = steps.get(i);
      Step other = old.steps().get(i);
      for (Violation found : differences(i, step, other)) {
        if (!intended.test(found)) {
          return Optional.of(found);
        }
        wanted = wanted == null ? found : wanted;
      }
      boolean alike =
          step.result().equals(other.result())
              && step.after().areas().size() == other.after().areas().size();
      if (!alike) {
        break;
      }
    }
    return Optional.ofNullable(wanted);
  }

  private static List<Violation> differences(int index, Step port, Step old) {
    if (!port.result().equals(old.result())) {
      boolean read = port.act() instanceof Act.Load || port.act() instanceof Act.Store;
      Rule rule = read ? Rule.SAME_CONTENTS : Rule.SAME_RESULT;
      return List.of(
          new Violation(rule, index, port.result() + "; the old hook: " + old.result()));
    }
    List<Violation> all = new ArrayList<>(AreaDifference.of(port.after(), old.after(), index));
    String counts = CountChange.between(old.after().counts(), port.after().counts(), Set.of());
    if (!counts.isEmpty()) {
      all.add(
          new Violation(Rule.SAME_EFFECTS, index, "compared with the old hook: " + counts));
    }
    return all;
  }
}
