// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All orders of a race's operations within a bound, those first in which fewest operations lose
 * their turn while they could go on. Most races go wrong with one or two such losses. Immutable.
 *
 * @param preemptions how many times in an order an operation may lose its turn so
 * @param orders how many orders at most
 */
public record Orders(int preemptions, int orders) {
  /** Every order. */
  public static final Orders ALL = new Orders(Integer.MAX_VALUE, Integer.MAX_VALUE);

  /**
   * Runs them.
   *
   * @param points the steps at which operations stop; null for all
   * @param race makes a fresh state, has the order observe it, and calls {@link Interleaving#run};
   *     false to end here
   * @return how many were run
   */
  public int each(@Nullable Set<String> points, Predicate<Interleaving> race) {
    List<Deque<Choices.Plan>> waiting = new ArrayList<>();
    add(waiting, Choices.Plan.NONE);
    int run = 0;
    for (int cost = 0; cost < waiting.size(); cost++) {
      for (Choices.Plan plan = waiting.get(cost).poll();
          plan != null && run < orders;
          plan = waiting.get(cost).poll()) {
        Interleaving order = new Interleaving(new Choices(plan), points);
        run++;
        if (!race.test(order)) {
          return run;
        }
        order.otherPlans().forEach(other -> add(waiting, other));
      }
    }
    return run;
  }

  private void add(List<Deque<Choices.Plan>> waiting, Choices.Plan plan) {
    if (plan.cost() <= preemptions) {
      while (waiting.size() <= plan.cost()) {
        waiting.add(new ArrayDeque<>());
      }
      waiting.get(plan.cost()).add(plan);
    }
  }
}
