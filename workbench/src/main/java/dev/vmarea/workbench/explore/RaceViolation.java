// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.drivers.schedule.Schedule;
import dev.vmarea.workbench.finding.Rule;
import java.util.List;

/**
 * A rule that two operations break together, and that neither breaks if one runs after the other.
 * Immutable.
 *
 * @param kind what of the rule, the same for what is broken in the same way
 * @param what was seen
 * @param interleaving the steps in order, one a line: "A mmap: mm.before-hook"
 * @param schedule what repeats it
 * @param outcome what came of it
 */
public record RaceViolation(
    RaceCase race,
    Rule rule,
    String kind,
    String what,
    List<String> interleaving,
    Schedule schedule,
    RaceOutcome outcome) {
  /** Keeps its own copy of the list. */
  public RaceViolation {
    interleaving = List.copyOf(interleaving);
  }

  /** The rule and the kind, for comparisons with what others break. */
  public String signature() {
    return rule.id() + ": " + kind;
  }
}
