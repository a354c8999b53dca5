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
   * The first difference, or none. One that is intended does not hide the others of its step; what
   * comes later may follow from it.
   *
   * @param intended which differences somebody wants
   */
  public static Optional<Violation> judge(
      Run port, Run old, Predicate<? super Violation> intended) {
    List<Step> steps = port.steps();
    for (int i = port.setups(); i < steps.size(); i++) {
      List<Violation> found = differences(i, steps.get(i), old.steps().get(i));
      if (!found.isEmpty()) {
        return found.stream()
            .filter(one -> !intended.test(one))
            .findFirst()
            .or(() -> Optional.of(found.getFirst()));
      }
    }
    return Optional.empty();
  }

  private static List<Violation> differences(int index, Step port, Step old) {
    if (!port.result().equals(old.result())) {
      boolean read = port.act() instanceof Act.Load || port.act() instanceof Act.Store;
      Rule rule = read ? Rule.SAME_CONTENTS : Rule.SAME_RESULT;
      return List.of(new Violation(rule, index, port.result() + "; the old hook: " + old.result()));
    }
    List<Violation> all = new ArrayList<>(AreaDifference.of(port.after(), old.after(), index));
    String counts = CountChange.between(old.after().counts(), port.after().counts(), Set.of());
    if (!counts.isEmpty()) {
      all.add(new Violation(Rule.SAME_EFFECTS, index, "compared with the old hook: " + counts));
    }
    return all;
  }
}
