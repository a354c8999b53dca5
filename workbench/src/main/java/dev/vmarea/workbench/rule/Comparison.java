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

/**
 * The same acts done to a port and to the old hook: the first difference of each kind that can be
 * seen. Behind a call that returns something else everything may differ, and is not looked at.
 */
public final class Comparison {
  private Comparison() {}

  /** The differences, at most one of each rule, in the order in which they show. */
  public static List<Violation> judge(Run port, Run old) {
    Map<Rule, Violation> found = new LinkedHashMap<>();
    List<Step> steps = port.steps();
    for (int i = port.setups(); i < steps.size(); i++) {
      Step step = steps.get(i);
      Step other = old.steps().get(i);
      if (!step.result().equals(other.result())) {
        boolean access = step.act() instanceof Act.Load || step.act() instanceof Act.Store;
        Rule rule = access ? Rule.SAME_CONTENTS : Rule.SAME_RESULT;
        String what = step.result() + "; the old hook: " + other.result();
        found.putIfAbsent(rule, new Violation(rule, i, what));
        break;
      }
      for (Violation one : AreaDifference.of(step.after(), other.after(), i)) {
        found.putIfAbsent(one.rule(), one);
      }
      String counts = CountChange.between(other.after().counts(), step.after().counts(), Set.of());
      if (!counts.isEmpty()) {
        found.putIfAbsent(
            Rule.SAME_EFFECTS,
            new Violation(Rule.SAME_EFFECTS, i, "compared with the old hook: " + counts));
      }
    }
    return List.copyOf(found.values());
  }
}
