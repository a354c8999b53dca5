// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The same acts done to a port and to the old hook: the first difference that can be seen. */
public final class Comparison {
  private Comparison() {}

  /** The first difference, or none. */
  public static Optional<Violation> judge(Run port, Run old) {
    List<Step> steps = port.steps();
    for (int i = port.setups(); i < steps.size(); i++) {
      Optional<Violation> found = judge(i, steps.get(i), old.steps().get(i));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Violation> judge(int index, Step port, Step old) {
    if (!port.result().equals(old.result())) {
      boolean read = port.act() instanceof Act.Load || port.act() instanceof Act.Store;
      Rule rule = read ? Rule.SAME_CONTENTS : Rule.SAME_RESULT;
      return Optional.of(
          new Violation(rule, index, port.result() + "; the old hook: " + old.result()));
    }
    Optional<Violation> shape = AreaDifference.of(port.after(), old.after(), index);
    if (shape.isPresent()) {
      return shape;
    }
    String counts = CountChange.between(old.after().counts(), port.after().counts(), Set.of());
    return counts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Violation(Rule.SAME_EFFECTS, index, "compared with the old hook: " + counts));
  }
}
