// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.cli.Console.Style;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.SmapsEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a map amounts to, for people. */
final class MapsSummary {
  private final ReportPage page;

  MapsSummary(ReportPage page) {
    this.page = page;
  }

  void print(MapSource map) {
    List<MapsEntry> areas = map.entries().stream().filter(e -> !e.vsyscall()).toList();
    page.heading(Console.printable(map.name()));
    page.row("VMAs", Counted.number(areas.size()));
    page.row("size", sizes(areas));
    page.row("access", access(areas));
    for (String name : List.of("[heap]", "[stack]")) {
      long bytes = bytes(areas.stream().filter(e -> name.equals(e.name())).toList());
      if (bytes > 0) {
        page.row(name.substring(1, name.length() - 1), Counted.bytes(bytes));
      }
    }
    long both = areas.stream().filter(e -> e.writable() && e.executable()).count();
    if (both > 0) {
      page.row("careful", Counted.of(both, "VMA") + " writable and executable", Style.YELLOW);
    }
    if (!map.smaps().isEmpty()) {
      page.row(
          "in memory",
          total(map.smaps(), "Rss")
              + " (proportional "
              + total(map.smaps(), "Pss")
              + "), anonymous "
              + total(map.smaps(), "Anonymous")
              + ", swapped "
              + total(map.smaps(), "Swap"));
    }
  }

  private static String sizes(List<MapsEntry> areas) {
    List<MapsEntry> files = areas.stream().filter(e -> e.inode() != 0).toList();
    Set<Object> distinct = new HashSet<>();
    files.forEach(e -> distinct.add(List.of(e.major(), e.minor(), e.inode())));
    return Counted.bytes(bytes(areas))
        + ", of it "
        + Counted.bytes(bytes(files))
        + " of "
        + Counted.of(distinct.size(), "file");
  }

  private static String access(List<MapsEntry> areas) {
    Map<String, Integer> count = new TreeMap<>(Comparator.reverseOrder());
    areas.forEach(e -> count.merge(e.perms(), 1, Integer::sum));
    List<String> parts = new ArrayList<>();
    count.forEach((perms, n) -> parts.add(perms + " " + Counted.number(n)));
    return String.join(", ", parts);
  }

  private static long bytes(List<MapsEntry> areas) {
    return areas.stream().mapToLong(MapsEntry::length).sum();
  }

  private static String total(List<SmapsEntry> areas, String field) {
    return Counted.bytes(areas.stream().mapToLong(e -> e.field(field).orElse(0)).sum() << 10);
  }
}
