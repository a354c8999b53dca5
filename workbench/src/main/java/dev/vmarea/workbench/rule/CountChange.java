// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.drivers.mounts.Leftovers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** How two sets of counts differ, in words. */
final class CountChange {
  /** Name of the commit charge among counts, in pages. */
  static final String CHARGE = Leftovers.CHARGE;

  private CountChange() {}

  /** What is more or less in {@code actual}; empty if nothing but {@code except}. */
  static String between(
      SortedMap<String, Long> expected, SortedMap<String, Long> actual, Set<String> except) {
    Set<String> names = new TreeSet<>(expected.keySet());
    names.addAll(actual.keySet());
    names.removeAll(except);
    List<String> changes = new ArrayList<>();
    for (String name : names) {
      long change = actual.getOrDefault(name, 0L) - expected.getOrDefault(name, 0L);
      if (change != 0) {
        changes.add(String.format("%s %+d", name, change));
      }
    }
    return String.join(", ", changes);
  }
}
