// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.KernelWarning;
import dev.vmarea.workbench.lab.State;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What came of two operations in one order. Immutable.
 *
 * @param a result of the first one
 * @param b result of the second one
 * @param lines the areas then, those joined that only a cut keeps apart
 * @param counts what was in use then, but for page frames: one order may need a page table more
 * @param broken what did not hold then or when all had gone
 * @param warnings what Linux would have written to its log
 * @param left what was still in use when all had gone; empty if nothing
 * @param deadlock who waits for what for ever, or null; then nothing else is known
 */
public record RaceOutcome(
    String a,
    String b,
    List<String> lines,
    SortedMap<String, Long> counts,
    List<String> broken,
    List<KernelWarning> warnings,
    String left,
    @Nullable String deadlock) {
  private static final String FRAMES = "page frames";

  /** Keeps its own copies of the lists. */
  public RaceOutcome {
    lines = List.copyOf(lines);
    broken = List.copyOf(broken);
    warnings = List.copyOf(warnings);
  }

  static RaceOutcome of(
      String a,
      String b,
      State state,
      List<String> broken,
      List<KernelWarning> warnings,
      String left) {
    SortedMap<String, Long> counts = new TreeMap<>(state.counts());
    counts.remove(FRAMES);
    return new RaceOutcome(a, b, State.lines(state.areas()), counts, broken, warnings, left, null);
  }

  static RaceOutcome locked(String deadlock, List<KernelWarning> warnings) {
    return new RaceOutcome("", "", List.of(), new TreeMap<>(), List.of(), warnings, "", deadlock);
  }

  /** What both operations said. */
  String results() {
    return "A " + a + ", B " + b;
  }

  /** What can be seen: results, areas, what is in use. */
  boolean looksLike(RaceOutcome other) {
    return results().equals(other.results())
        && lines.equals(other.lines)
        && counts.equals(other.counts);
  }
}
