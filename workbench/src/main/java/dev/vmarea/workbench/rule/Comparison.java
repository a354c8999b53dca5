// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Area;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.State;
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
    List<Area> areas = port.after().areas().stream().map(Comparison::shape).toList();
    List<Area> oldAreas = old.after().areas().stream().map(Comparison::shape).toList();
    String lines = String.join("; ", State.lines(areas));
    String oldLines = String.join("; ", State.lines(oldAreas));
    if (!lines.equals(oldLines)) {
      return Optional.of(
          new Violation(Rule.SAME_AREA, index, text(lines) + "; the old hook: " + text(oldLines)));
    }
    if (areas.size() != oldAreas.size()) {
      return Optional.of(
          new Violation(
              Rule.SAME_AREA,
              index,
              areas.size() + " VMAs; the old hook: " + oldAreas.size() + ", of the same content"));
    }
    for (int k = 0; k < areas.size(); k++) {
      String entries = port.after().areas().get(k).entryText();
      String oldEntries = old.after().areas().get(k).entryText();
      if (!entries.equals(oldEntries)) {
        return Optional.of(
            new Violation(
                Rule.SAME_ENTRIES, index, text(entries) + "; the old hook: " + text(oldEntries)));
      }
    }
    String counts = CountChange.between(old.after().counts(), port.after().counts(), Set.of());
    return counts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Violation(Rule.SAME_EFFECTS, index, "compared with the old hook: " + counts));
  }

  private static String text(String text) {
    return text.isEmpty() ? "nothing" : text;
  }

  private static Area shape(Area area) {
    return area.withoutEntries();
  }
}
