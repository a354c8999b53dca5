// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.drivers.schedule.Orders;
import dev.vmarea.drivers.schedule.Schedule;
import dev.vmarea.workbench.lab.ActName;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Runs a mapping and something else at once, in all orders of their steps within a bound, and keeps
 * of each thing that goes wrong the order with the fewest switches. Immutable.
 *
 * @param bound which orders
 * @param stopped asked after each order; true to end
 */
public record RaceExplorer(Orders bound, BooleanSupplier stopped) {
  /** Two losses of a turn, at most so many orders of one case. */
  public static final Orders USUAL = new Orders(2, 2_000);

  /** One loss of a turn, at most so many orders of one case: for a first look. */
  public static final Orders FEW = new Orders(1, 60);

  /**
   * Explores all cases of a ground.
   *
   * @param told each violation, once, when the orders of its case are through
   * @return number of orders run
   */
  public long explore(Subject subject, Ground ground, Consumer<? super RaceViolation> told) {
    Set<String> known = new HashSet<>(); // simpler cases come first
    long orders = 0;
    for (RaceCase race : RaceCases.of(subject, ground)) {
      if (stopped.getAsBoolean()) {
        break;
      }
      orders +=
          explore(
              race,
              one -> {
                if (known.add(flags(race.a()) + " " + race.b() + " " + one.signature())) {
                  told.accept(one);
                }
              });
    }
    return orders;
  }

  /** Shared and private mappings go wrong each in its own way. */
  private static int flags(Act.Placing mapping) {
    return mapping instanceof Act.Map map ? map.flags() : 0;
  }

  /** The same for one case. */
  public long explore(RaceCase race, Consumer<? super RaceViolation> told) {
    RaceJudge judge = new RaceJudge(race);
    Map<String, RaceViolation> shortest = new LinkedHashMap<>();
    int orders =
        bound.each(
            null,
            order -> {
              RaceOutcome outcome = RaceRun.atOnce(race, order);
              for (RaceViolation one : violations(race, judge, outcome, order)) {
                shortest.merge(one.signature(), one, RaceExplorer::shorter);
              }
              // A deadlock keeps its threads and its machine.
              return outcome.deadlock() == null && !stopped.getAsBoolean();
            });
    shortest.values().forEach(told);
    return orders;
  }

  private static RaceViolation shorter(RaceViolation one, RaceViolation other) {
    return other.schedule().switches() < one.schedule().switches() ? other : one;
  }

  /**
   * Runs one order again.
   *
   * @return what goes wrong in it
   * @throws IllegalStateException if the operations cannot go on in that order
   */
  public static List<RaceViolation> repeat(RaceCase race, Schedule schedule) {
    Interleaving order = Interleaving.of(schedule, null, List.of(RaceCase.A, RaceCase.B));
    RaceOutcome outcome = RaceRun.atOnce(race, order);
    if (!order.isAsPlanned()) {
      throw new IllegalStateException("cannot go on as in \"" + schedule + "\"");
    }
    return violations(race, new RaceJudge(race), outcome, order);
  }

  private static List<RaceViolation> violations(
      RaceCase race, RaceJudge judge, RaceOutcome outcome, Interleaving order) {
    List<RaceViolation> all = new ArrayList<>();
    for (RaceJudge.Fault fault : judge.faults(outcome)) {
      all.add(
          new RaceViolation(
              race,
              fault.rule(),
              fault.kind(),
              fault.what(),
              named(race, order.steps()),
              order.schedule(),
              outcome));
    }
    return all;
  }

  private static List<String> named(RaceCase race, List<String> steps) {
    List<String> lines = new ArrayList<>();
    for (String step : steps) {
      int colon = step.indexOf(": ");
      String operation = step.substring(0, colon);
      Act act = operation.equals(RaceCase.A) ? race.a() : race.b();
      lines.add(operation + " " + ActName.of(act) + step.substring(colon));
    }
    return lines;
  }
}
