// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * All that can be seen of a machine at one moment. Immutable.
 *
 * @param areas of the processes, in order
 * @param counts what is in use, by name
 * @param traces what use has left behind in the users, by name
 */
public record State(
    List<Area> areas, SortedMap<String, Long> counts, SortedMap<String, Long> traces) {
  /** Keeps its own copy of the list. */
  public State {
    areas = List.copyOf(areas);
  }

  /** What of a process lies in pages [from, end), areas cut at the ends. */
  public List<Area> in(int process, long from, long end) {
    return areas.stream()
        .filter(area -> area.process() == process && area.overlaps(from, end))
        .map(area -> area.clip(from, end))
        .toList();
  }

  /** What of all processes does not. */
  public List<Area> outside(int process, long from, long end) {
    List<Area> rest = new ArrayList<>();
    for (Area area : areas) {
      if (area.process() != process || !area.overlaps(from, end)) {
        rest.add(area);
      } else {
        if (area.page() < from) {
          rest.add(area.clip(area.page(), from));
        }
        if (area.endPage() > end) {
          rest.add(area.clip(end, area.endPage()));
        }
      }
    }
    return rest;
  }

  /** The areas in lines, those joined that only a cut keeps apart. */
  public static List<String> lines(List<Area> areas) {
    List<Area> joined = new ArrayList<>();
    for (Area area : areas) {
      if (!joined.isEmpty() && joined.getLast().continues(area)) {
        joined.add(joined.removeLast().joined(area));
      } else {
        joined.add(area);
      }
    }
    return joined.stream().map(Area::toString).toList();
  }

  /** The areas in lines, as they are cut. */
  public List<String> lines() {
    return areas.stream().map(Area::toString).toList();
  }
}
