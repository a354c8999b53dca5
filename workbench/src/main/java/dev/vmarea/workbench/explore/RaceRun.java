// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.schedule.Deadlock;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.workbench.lab.Lab;
import dev.vmarea.workbench.lab.State;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Two operations on a fresh lab, at once or one after the other, to the end of everything. */
final class RaceRun {
  private final Lab lab;
  private String a = "";
  private String b = "";

  private RaceRun(RaceCase race) {
    try {
      this.lab = new Lab(race.subject(), race.ground());
    } catch (ErrnoException e) {
      throw new IllegalStateException(race.subject() + " cannot be made: " + e.errno(), e);
    }
    for (Act act : race.ground().setup()) {
      String result = lab.call(act);
      if (result.startsWith("-")) {
        throw new IllegalStateException(
            "ground " + race.ground().name() + ": " + act + " = " + result);
      }
    }
    race.before().forEach(lab::call);
    lab.newWarnings();
  }

  /**
   * One after the other: A first, B first, and B after what A replaces has gone and before the rest
   * of A.
   */
  static List<RaceOutcome> inTurn(RaceCase race) {
    RaceRun first = new RaceRun(race);
    first.a = first.lab.call(race.a());
    first.b = first.lab.call(race.b());
    RaceRun last = new RaceRun(race);
    last.b = last.lab.call(race.b());
    last.a = last.lab.call(race.a());
    RaceRun middle = new RaceRun(race);
    middle.lab.call(new Act.Unmap(race.a().process(), race.a().page(), race.a().pages()));
    middle.b = middle.lab.call(race.b());
    middle.a = middle.lab.call(race.a());
    return List.of(first.outcome(), last.outcome(), middle.outcome());
  }

  /** Both at once, in this order. */
  static RaceOutcome atOnce(RaceCase race, Interleaving order) {
    RaceRun run = new RaceRun(race);
    RaceStops.tell(run.lab, order);
    try {
      order
          .with(
              RaceCase.A,
              () -> {
                run.a = run.lab.call(race.a());
                order.note("returns " + run.a);
              })
          .with(
              RaceCase.B,
              () -> {
                run.b = run.lab.call(race.b());
                order.note("returns " + run.b);
              })
          .run();
      RaceStops.end(run.lab);
      AtomicReference<RaceOutcome> outcome = new AtomicReference<>();
      Interleaving.alone("everybody's end", () -> outcome.set(run.outcome()));
      return outcome.get();
    } catch (Deadlock deadlock) {
      return RaceOutcome.locked(String.valueOf(deadlock.getMessage()), run.lab.newWarnings());
    }
  }

  private RaceOutcome outcome() {
    List<KernelWarning> warnings = new ArrayList<>(lab.newWarnings());
    State state = lab.state();
    List<String> broken = new ArrayList<>(lab.check());
    Lab.End end = lab.end();
    broken.addAll(end.broken());
    warnings.addAll(end.warnings());
    return RaceOutcome.of(a, b, state, broken, warnings, end.left());
  }
}
