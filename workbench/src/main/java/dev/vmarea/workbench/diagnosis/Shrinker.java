// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.rule.Judge;
import dev.vmarea.workbench.rule.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the acts that show a violation fewer and simpler, as long as they show it. */
final class Shrinker {
  private static final int MOST_ROUNDS = 6;

  private final Judge judge;
  private final String signature;
  private Evidence best;

  Shrinker(Judge judge, Evidence evidence) {
    this.judge = judge;
    this.signature = evidence.violation().signature();
    this.best = evidence;
  }

  /** The evidence that is left. */
  Evidence shrink() {
    cutTail();
    boolean shrinks = true;
    for (int round = 0; round < MOST_ROUNDS && shrinks; round++) {
      shrinks = fewer();
      shrinks |= simpler();
      cutTail();
    }
    return best;
  }

  /** What comes behind the step that shows it. */
  private void cutTail() {
    int last = best.violation().step() - best.run().setups() + 1;
    List<Act> acts = best.run().acts();
    if (last > 0 && last < acts.size()) {
      shows(acts.subList(0, last));
    }
  }

  private boolean fewer() {
    boolean some = false;
    for (int i = best.run().acts().size() - 1; i >= 0; i--) {
      if (i < best.run().acts().size()) {
        List<Act> acts = new ArrayList<>(best.run().acts());
        acts.remove(i);
        some |= shows(acts);
      }
    }
    return some;
  }

  private boolean simpler() {
    boolean some = false;
    for (int i = 0; i < best.run().acts().size(); i++) {
      for (Act simple : simpler(best.run().acts().get(i), best.run().ground())) {
        if (i < best.run().acts().size()) {
          List<Act> acts = new ArrayList<>(best.run().acts());
          acts.set(i, simple);
          if (shows(acts)) {
            some = true;
            break;
          }
        }
      }
    }
    return some;
  }

  private boolean shows(List<Act> acts) {
    Optional<Evidence> found = find(judge, best.run().ground(), acts, signature);
    found.ifPresent(evidence -> best = evidence);
    return found.isPresent();
  }

  /** What the acts show with this signature. */
  static Optional<Evidence> find(Judge judge, Ground ground, List<Act> acts, String signature) {
    Run run;
    Judge.Judged judged;
    try {
      judged = judge.judge(ground, acts);
      run = judged.run();
    } catch (IllegalArgumentException | IndexOutOfBoundsException | IllegalStateException e) {
      return Optional.empty(); // such acts cannot be done
    }
    for (Violation violation : judged.violations()) {
      if (violation.signature().equals(signature)) {
        return Optional.of(new Evidence(violation, run));
      }
    }
    return Optional.empty();
  }

  private static List<Act> simpler(Act act, Ground ground) {
    List<Act> all = new ArrayList<>();
    if (act instanceof Act.Failing failing) {
      List<Occurrence> points = failing.points();
      for (int i = 0; i < points.size(); i++) {
        List<Occurrence> fewer = new ArrayList<>(points);
        fewer.remove(i);
        all.add(fewer.isEmpty() ? failing.act() : new Act.Failing(failing.act(), fewer));
      }
      for (Act simple : simpler(failing.act(), ground)) {
        all.add(new Act.Failing(simple, points));
      }
    } else if (act instanceof Act.Map map) {
      int type = map.flags() & MapFlags.TYPE;
      int simple = type | map.flags() & MapFlags.ANONYMOUS;
      if ((map.flags() & ~MapFlags.FIXED) != simple) {
        all.add(map.flags(simple));
      }
      if (type != MapFlags.SHARED && map.handle() != Act.ANONYMOUS) {
        all.add(map.flags(MapFlags.SHARED));
      }
      if (map.prot() != Prot.READ) {
        if (map.prot() != (Prot.READ | Prot.WRITE)) {
          all.add(map.prot(Prot.READ | Prot.WRITE));
        }
        all.add(map.prot(Prot.READ));
      }
      long unit = Pages.bytes(ground.unitPages());
      if (map.bytes() > unit) {
        all.add(map.part(unit, map.offset()));
      }
      if (map.offset() != 0) {
        all.add(map.part(map.bytes(), 0));
      }
    }
    all.removeIf(one -> one.equals(act));
    return all;
  }
}
