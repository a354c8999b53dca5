// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.mounts.Leftovers;
import dev.vmarea.workbench.lab.Area;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.State;
import dev.vmarea.workbench.lab.Step;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process sees of a run without looking into the kernel. Immutable.
 *
 * @param results of all steps
 * @param maps after each step what is mapped where, as {@link #map} has it
 * @param charge pages that stay charged when all have gone
 */
record Symptom(List<String> results, List<String> maps, long charge) {
  private static final Pattern CHARGE = Pattern.compile(Leftovers.CHARGE + " ([+-]\\d+)");

  Symptom {
    results = List.copyOf(results);
    maps = List.copyOf(maps);
  }

  static Symptom of(Run run) {
    return new Symptom(
        run.steps().stream().map(Step::result).toList(),
        run.steps().stream().map(step -> map(step.after())).toList(),
        charge(run));
  }

  /** Pages that stay charged when all have gone. */
  static long charge(Run run) {
    Matcher matcher = CHARGE.matcher(run.left());
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /**
   * What the first process has mapped, in pages of its window and the letters of /proc/PID/maps:
   * "8-12 rw-p 12-13 r--s ". VMAs that only their cut keeps apart are one.
   */
  private static String map(State state) {
    StringBuilder text = new StringBuilder();
    long from = 0;
    long end = -1;
    String letters = "";
    for (Area area : state.areas()) {
      if (area.process() == 0) {
        String its = letters(area.flags());
        if (area.page() != end || !its.equals(letters)) {
          append(text, from, end, letters);
          from = area.page();
          letters = its;
        }
        end = area.endPage();
      }
    }
    append(text, from, end, letters);
    return text.toString();
  }

  private static void append(StringBuilder text, long from, long end, String letters) {
    if (end >= 0) {
      text.append(from).append('-').append(end).append(' ').append(letters).append(' ');
    }
  }

  private static String letters(long flags) {
    return (VmFlags.has(flags, VmFlags.READ) ? "r" : "-")
        + (VmFlags.has(flags, VmFlags.WRITE) ? "w" : "-")
        + (VmFlags.has(flags, VmFlags.EXEC) ? "x" : "-")
        + (VmFlags.has(flags, VmFlags.MAYSHARE) ? "s" : "p");
  }
}
