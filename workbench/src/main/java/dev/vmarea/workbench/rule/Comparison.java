// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The same acts done to a port and to the old hook: where they begin to differ. */
public final class Comparison {
  private Comparison() {}

  /**
   * What differs at the first step at which something does, at most one difference of each rule.
   * What comes later may follow from it.
   */
  public static List<Violation> judge(Run port, Run old) {
    List<Step> steps = port.steps();
    for (int i = port.setups(); i < steps.size(); i++) {
      List<Violation> found = differences(i, steps.get(i), old.steps().get(i));
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  /**
   * Traces of the old hook that the port does not leave. More are none of its business: a prepare
   * hook is asked also where the range merges.
   */
  private static String missing(SortedMap<String, Long> old, SortedMap<String, Long> port) {
    SortedMap<String, Long> least = new TreeMap<>(port);
    least.replaceAll((name, value) -> Math.min(value, old.getOrDefault(name, 0L)));
    return CountChange.between(old, least, Set.of());
  }

  private static List<Violation> differences(int index, Step port, Step old) {
    if (!port.result().equals(old.result())) {
      boolean access = port.act() instanceof Act.Load || port.act() instanceof Act.Store;
      Rule rule = access ? Rule.SAME_CONTENTS : Rule.SAME_RESULT;
      return List.of(new Violation(rule, index, port.result() + "; the old hook: " + old.result()));
    }
    List<Violation> all = new ArrayList<>(AreaDifference.of(port.after(), old.after(), index));
    String counts = CountChange.between(old.after().counts(), port.after().counts(), Set.of());
    if (!counts.isEmpty() && AreaDifference.isComparable(port.after(), old.after())) {
      all.add(new Violation(Rule.SAME_EFFECTS, index, "compared with the old hook: " + counts));
    }
    if (counts.isEmpty()) {
      String missing = missing(old.after().traces(), port.after().traces());
      if (!missing.isEmpty()) {
        all.add(new Violation(Rule.SAME_EFFECTS, index, "compared with the old hook: " + missing));
      }
    }
    return all;
  }
}
