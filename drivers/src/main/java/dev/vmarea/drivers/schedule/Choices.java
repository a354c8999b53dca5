// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.schedule;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is, as planned and beyond that as it comes: whoever has it keeps it, until it waits
 * or has ended. Remembers what else could have been chosen. Not thread-safe.
 */
final class Choices {
  private final List<Integer> planned;
  private final int plannedCost;
  private final List<Integer> made = new ArrayList<>();
  private final List<Plan> others = new ArrayList<>();
  private boolean kept = true;

  /**
   * Numbers of operations, turn by turn.
   *
   * @param cost how often in them an operation loses its turn that could go on
   */
  record Plan(List<Integer> turns, int cost) {
    static final Plan NONE = new Plan(List.of(), 0);
  }

  Choices(Plan plan) {
    this.planned = plan.turns();
    this.plannedCost = plan.cost();
  }

  /**
   * Chooses.
   *
   * @param ready who can go on, in order; not empty
   * @param current who had the last turn, or null
   */
  int choose(List<Integer> ready, @Nullable Integer current) {
    boolean goesOn = current != null && ready.contains(current);
    int usual = goesOn && current != null ? current : ready.getFirst();
    int choice = usual;
    if (made.size() < planned.size()) {
      choice = planned.get(made.size());
      if (!ready.contains(choice)) {
        kept = false;
        choice = usual;
      }
    } else if (kept) {
      for (int other : ready) {
        if (other != usual) {
          List<Integer> turns = new ArrayList<>(made);
          turns.add(other);
          others.add(new Plan(turns, plannedCost + (goesOn ? 1 : 0)));
        }
      }
    }
    made.add(choice);
    return choice;
  }

  /** Whether the plan could be kept to. */
  boolean isKept() {
    return kept && made.size() >= planned.size();
  }

  /** All choices so far. */
  List<Integer> made() {
    return made;
  }

  /** Plans for orders that differ from this one first where its plan had ended. */
  List<Plan> others() {
    return others;
  }
}
