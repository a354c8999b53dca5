// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.base.MapFlags;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.schedule.Orders;
import dev.vmarea.workbench.explore.RaceCase;
import dev.vmarea.workbench.explore.RaceExplorer;
import dev.vmarea.workbench.explore.RaceName;
import dev.vmarea.workbench.explore.RaceViolation;
import dev.vmarea.workbench.finding.Cause;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.ActName;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Makes findings of what two operations break together: one for each pair of calls and cause. */
public final class RaceFindings {
  /** Enough to see whether another subject has the same race. */
  private static final Orders FEW = new Orders(2, 300);

  private final Map<String, RaceViolation> byPlace = new LinkedHashMap<>();

  /** Keeps what is new, or needs fewer switches. */
  public void add(RaceViolation violation) {
    byPlace.merge(place(violation), violation, (old, one) -> weight(one) < weight(old) ? one : old);
  }

  /** Number of pairs of calls that break something. */
  public int size() {
    return byPlace.size();
  }

  private static String place(RaceViolation violation) {
    return kind(violation.race().a())
        + ActName.of(violation.race().a())
        + " and "
        + ActName.of(violation.race().b());
  }

  private static String kind(Act.Placing mapping) {
    boolean isPrivate =
        mapping instanceof Act.Map map && (map.flags() & MapFlags.TYPE) == MapFlags.PRIVATE;
    return isPrivate ? "private " : "";
  }

  // What Linux would not survive says more than what merely looks different.
  private static int weight(RaceViolation one) {
    return one.schedule().switches()
        + 10 * one.race().before().size()
        + (one.outcome().warnings().isEmpty() ? 100 : 0)
        + (one.outcome().broken().isEmpty() ? 50 : 0);
  }

  /** The findings. */
  public List<Finding> findings() {
    Map<String, Finding> byCause = new LinkedHashMap<>();
    byPlace
        .values()
        .forEach(violation -> {
          Finding finding = finding(violation);
          Cause cause = finding.cause();
          String key =
              cause.isKernels()
                  ? cause.kernel().toString()
                  : finding.title() + cause.goodVariants();
          byCause.putIfAbsent(key, finding);
        });
    return List.copyOf(byCause.values());
  }

  private static Finding finding(RaceViolation violation) {
    RaceCase race = violation.race();
    Subject subject = race.subject();
    List<Act> acts = new ArrayList<>(race.before());
    acts.add(race.a());
    acts.add(race.b());
    Run run = Run.of(subject, race.ground(), acts);
    Cause cause = CauseFinder.find(subject, other -> shows(violation, other));
    return new Finding(
        subject.kind().id()
            + " "
            + subject.variant()
            + ": "
            + place(violation)
            + " at once: "
            + violation.what(),
        violation.rule(),
        subject,
        violation.what(),
        run,
        run.steps().size(),
        violation.interleaving(),
        RaceName.of(race) + ": " + violation.schedule(),
        "",
        cause);
  }

  /** Whether another subject breaks the same rule in some order of the same two operations. */
  private static boolean shows(RaceViolation violation, Subject other) {
    RaceCase race = violation.race().of(other);
    AtomicBoolean shown = new AtomicBoolean();
    try {
      new RaceExplorer(FEW, shown::get)
          .explore(race, one -> shown.compareAndSet(false, one.rule() == violation.rule()));
    } catch (IllegalStateException e) {
      return false; // it cannot be brought into that state
    }
    return shown.get();
  }
}
