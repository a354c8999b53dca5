// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.base.VmFlags;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Area;
import dev.vmarea.workbench.lab.State;
import java.util.ArrayList;
import java.util.List;

/** In what the VMAs behind a port are unlike those behind the old hook. */
final class AreaDifference {
  private AreaDifference() {}

  /** The first that are unlike as VMAs, and the first that are by their entries. */
  static List<Violation> of(State port, State old, int step) {
    List<Violation> found = new ArrayList<>();
    List<Area> areas = port.areas();
    List<Area> others = old.areas();
    if (!State.lines(bare(areas)).equals(State.lines(bare(others)))) {
      for (int i = 0; i < Math.min(areas.size(), others.size()) && found.isEmpty(); i++) {
        String what = difference(areas.get(i), others.get(i));
        if (!what.isEmpty()) {
          found.add(new Violation(Rule.SAME_AREA, step, what));
        }
      }
    }
    if (areas.size() != others.size()) {
      found.add(
          new Violation(
              Rule.SAME_AREA,
              step,
              "VMAs: " + areas.size() + "; behind the old hook: " + others.size()));
      return found;
    }
    for (int i = 0; i < areas.size(); i++) {
      String entries = areas.get(i).entryText();
      String otherEntries = others.get(i).entryText();
      if (!entries.equals(otherEntries)) {
        found.add(
            new Violation(
                Rule.SAME_ENTRIES,
                step,
                text(entries) + "; behind the old hook: " + text(otherEntries)));
        return found;
      }
    }
    return found;
  }

  private static String text(String entries) {
    return entries.isEmpty() ? "no entries" : entries;
  }

  private static List<Area> bare(List<Area> areas) {
    return areas.stream().map(Area::withoutEntries).toList();
  }

  private static String difference(Area port, Area old) {
    List<String> parts = new ArrayList<>();
    if (port.page() != old.page() || port.endPage() != old.endPage()) {
      parts.add("has pages " + range(port) + " instead of " + range(old));
    }
    long more = port.flags() & ~old.flags();
    long less = old.flags() & ~port.flags();
    if (more != 0) {
      parts.add("also has the flags " + VmFlags.mnemonics(more).strip());
    }
    if (less != 0) {
      parts.add("lacks the flags " + VmFlags.mnemonics(less).strip());
    }
    if (!port.file().equals(old.file())) {
      parts.add("maps " + port.file() + " instead of " + old.file());
    }
    if (port.pgoff() != old.pgoff()) {
      parts.add("begins at page offset " + port.pgoff() + " instead of " + old.pgoff());
    }
    if (!port.callbacks().equals(old.callbacks())) {
      parts.add("has " + port.callbacks() + " instead of " + old.callbacks());
    }
    return parts.isEmpty() ? "" : "the VMA " + String.join(", ", parts);
  }

  private static String range(Area area) {
    return area.page() + " to " + (area.endPage() - 1);
  }
}
