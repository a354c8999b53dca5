// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.base.VmFlags;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Area;
import dev.vmarea.workbench.lab.State;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** In what the VMAs behind a port are unlike those behind the old hook: the first that are. */
final class AreaDifference {
  private AreaDifference() {}

  static List<Violation> of(State port, State old, int step) {
    List<Violation> found = new ArrayList<>();
    String shape = shape(port.areas(), old.areas());
    if (!shape.isEmpty()) {
      found.add(new Violation(Rule.SAME_AREA, step, shape));
      if (!isComparable(port, old)) {
        return found;
      }
    }
    List<Area.Entries> entries = entries(port.areas());
    List<Area.Entries> others = entries(old.areas());
    if (!entries.equals(others)) {
      found.add(
          new Violation(
              Rule.SAME_ENTRIES, step, text(entries) + "; behind the old hook: " + text(others)));
    }
    return found;
  }

  /** Whether the same pages are mapped in the same VMAs, so that the rest can be compared. */
  static boolean isComparable(State port, State old) {
    return ranges(port).equals(ranges(old));
  }

  private static List<String> ranges(State state) {
    return state.areas().stream().map(area -> area.process() + ": " + range(area)).toList();
  }

  private static String shape(List<Area> areas, List<Area> others) {
    boolean alike = State.lines(bare(areas)).equals(State.lines(bare(others)));
    if (!alike || areas.size() == others.size()) {
      for (int i = 0; i < Math.min(areas.size(), others.size()); i++) {
        String what = difference(areas.get(i), others.get(i));
        if (!what.isEmpty()) {
          return what;
        }
      }
    }
    return areas.size() == others.size()
        ? ""
        : "VMAs: " + areas.size() + "; behind the old hook: " + others.size();
  }

  /** The entries of all areas, whatever VMAs they are cut into. */
  private static List<Area.Entries> entries(List<Area> areas) {
    List<Area.Entries> all = new ArrayList<>();
    for (Area area : areas) {
      for (Area.Entries one : area.entries()) {
        boolean goesOn = !all.isEmpty() && all.getLast().continues(one);
        all.add(goesOn ? all.removeLast().joined(one) : one);
      }
    }
    return all;
  }

  private static String text(List<Area.Entries> entries) {
    return entries.isEmpty()
        ? "no entries"
        : entries.stream().map(Area.Entries::toString).collect(Collectors.joining(", "));
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
    if (port.vma().privateData() == null && old.vma().privateData() != null) {
      parts.add("has no private data");
    }
    return parts.isEmpty() ? "" : "the VMA " + String.join(", ", parts);
  }

  private static String range(Area area) {
    return area.page() + " to " + (area.endPage() - 1);
  }
}
