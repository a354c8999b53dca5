// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;

/**
 * The same acts done to a port and to the old hook: the first difference of each kind that can be
 * seen. Behind a call that returns something else everything may differ, and is not looked at.
 */
public final class Comparison {
  private Comparison() {}

  /**
   * The differences, at most one of each rule. One that is intended hides no other.
   *
   * @param intended which differences somebody wants
   */
  public static List<Violation> judge(Run port, Run old, Predicate<? super Violation> intended) {
    Map<Rule, Violation> found = new LinkedHashMap<>();
    BinaryOperator<Violation> telling =
        (known, one) -> intended.test(known) && !intended.test(one) ? one : known;
    List<Step> steps = port.steps();
    for (int i = port.setups(); i < steps.size(); i++) {
      Step step = steps.get(i);
      Step other = old.steps().get(i);
      if (!step.result().equals(other.result())) {
        boolean access = step.act() instanceof Act.Load || step.act() instanceof Act.Store;
        Rule rule = access ? Rule.SAME_CONTENTS : Rule.SAME_RESULT;
        String what = step.result() + "; the old hook: " + other.result();
        found.merge(rule, new Violation(rule, i, what), telling);
        break;
      }
      for (Violation one : AreaDifference.of(step.after(), other.after(), i)) {
        found.merge(one.rule(), one, telling);
      }
      String counts = CountChange.between(other.after().counts(), step.after().counts(), Set.of());
      if (!counts.isEmpty()) {
        found.merge(
            Rule.SAME_EFFECTS,
            new Violation(Rule.SAME_EFFECTS, i, "compared with the old hook: " + counts),
            telling);
      }
    }
    return List.copyOf(found.values());
  }
}
