// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.diagnosis.Collector;
import dev.vmarea.workbench.diagnosis.Diagnosis;
import dev.vmarea.workbench.diagnosis.IntendedDifferences;
import dev.vmarea.workbench.diagnosis.RaceFindings;
import dev.vmarea.workbench.explore.CallSpace;
import dev.vmarea.workbench.explore.FailureSweep;
import dev.vmarea.workbench.explore.LifeCycles;
import dev.vmarea.workbench.explore.RaceExplorer;
import dev.vmarea.workbench.explore.Surroundings;
import dev.vmarea.workbench.finding.Declared;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import dev.vmarea.workbench.rule.Judge;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One subject, looked at from all sides that are asked for. Not thread-safe. */
final class SubjectCheck {
  private final Subject subject;
  private final CheckRequest request;
  private final BooleanSupplier stopped;
  private final Watch watch;
  private final @Nullable Variant partner;
  private final Judge judge;
  private final Judge stackedJudge;
  private final Collector collector = new Collector();
  private final RaceFindings races = new RaceFindings();
  private final Map<Part, Long> tried = new EnumMap<>(Part.class);
  private final long end;
  private boolean complete = true;

  /** Is told of each combination. */
  interface Watch {
    void tried(Part part, int found);
  }

  SubjectCheck(Subject subject, CheckRequest request, BooleanSupplier stopped, Watch watch) {
    this.subject = subject;
    this.request = request;
    this.stopped = stopped;
    this.watch = watch;
    this.partner = partner(subject);
    this.judge = new Judge(subject, partner);
    this.stackedJudge = new Judge(subject.stacked(true), partner);
    this.end = System.nanoTime() + request.budget().toNanos();
  }

  /** The last old hook of the user, unless that is the subject's. */
  private static @Nullable Variant partner(Subject subject) {
    UserKind kind = subject.kind();
    return kind.variants().reversed().stream()
        .filter(Variant::isLegacy)
        .filter(variant -> variant.existsIn(subject.profile()))
        .filter(variant -> !variant.equals(subject.variant()))
        .findFirst()
        .filter(variant -> !subject.variant().isLegacy())
        .orElse(null);
  }

  SubjectReport run() {
    List<Ground> grounds = subject.kind().grounds();
    // The usual state from all sides first, then the others.
    for (Ground ground : grounds) {
      for (Part part : Part.values()) {
        if (request.parts().contains(part)) {
          look(part, ground);
        }
      }
    }
    List<Finding> findings = new ArrayList<>();
    List<Declared> intended = new ArrayList<>();
    IntendedDifferences declared = IntendedDifferences.of(subject.kind());
    List<Finding> all = new ArrayList<>(new Diagnosis(judge, partner).findings(collector));
    all.addAll(races.findings());
    for (Finding finding : all) {
      declared
          .reason(finding)
          .ifPresentOrElse(
              reason -> intended.add(new Declared(finding, reason)), () -> findings.add(finding));
    }
    return new SubjectReport(subject, partner, findings, intended, tried, complete);
  }

  private void look(Part part, Ground ground) {
    switch (part) {
      case EQUIVALENCE -> equivalence(ground);
      case UNWINDING -> unwinding(ground);
      case LIFE_CYCLE -> lifeCycle(ground);
      case CONTRACT -> tell(part, Run.watchingLocks(subject, ground, List.of(ground.mapping())));
      case INTERLEAVINGS -> interleavings(ground);
    }
  }

  private boolean isOver() {
    if (stopped.getAsBoolean() || System.nanoTime() > end) {
      complete = false;
      return true;
    }
    return false;
  }

  private void tell(Part part, Run run) {
    Judge its = run.subject().isStacked() ? stackedJudge : judge;
    collector.add(its.judge(run, true));
    tried.merge(part, 1L, Long::sum);
    watch.tried(part, collector.size());
  }

  private void equivalence(Ground ground) {
    CallSpace space = new CallSpace(ground);
    for (List<Act> acts : space.pairs()) {
      if (isOver()) {
        return;
      }
      tell(Part.EQUIVALENCE, Run.of(subject, ground, acts));
    }
    SplittableRandom random = new SplittableRandom(request.seed());
    for (int i = 0; i < 0; i++) {
      tell(Part.EQUIVALENCE, Run.of(subject, ground, space.random(random)));
    }
  }

  private void unwinding(Ground ground) {
    boolean usual = ground.name().equals(Ground.PLAIN);
    for (Act.Placing call : calls(ground)) {
      for (Surroundings around : Surroundings.values()) {
        if (around.exists(ground, call) && (usual || around.isTelling())) {
          sweep(Part.UNWINDING, subject, ground, around.with(ground, call));
          if (call instanceof Act.Map && usual) {
            sweep(Part.UNWINDING, subject.stacked(true), ground, around.with(ground, call));
          }
        }
      }
    }
  }

  private static List<Act.Placing> calls(Ground ground) {
    if (ground.mapping() instanceof Act.Map map) {
      int rw = Prot.READ | Prot.WRITE;
      return List.of(
          map, map.flags(MapFlags.PRIVATE).prot(rw), map.flags(MapFlags.PRIVATE).prot(Prot.READ));
    }
    return List.of(ground.mapping());
  }

  private void sweep(Part part, Subject which, Ground ground, List<Act> acts) {
    if (!isOver()) {
      FailureSweep.run(which, ground, acts, run -> tell(part, run));
    }
  }

  private void interleavings(Ground ground) {
    BooleanSupplier over =
        () -> {
          tried.merge(Part.INTERLEAVINGS, 1L, Long::sum);
          watch.tried(Part.INTERLEAVINGS, collector.size() + races.size());
          return isOver();
        };
    new RaceExplorer(RaceExplorer.USUAL, over).explore(subject, ground, races::add);
  }

  private void lifeCycle(Ground ground) {
    LifeCycles cycles = new LifeCycles(ground);
    for (List<Act> acts : cycles.single()) {
      sweep(Part.LIFE_CYCLE, subject, ground, acts);
    }
    boolean usual = ground.name().equals(Ground.PLAIN);
    for (List<Act> acts : usual ? cycles.pairs() : cycles.pairsWithEvents()) {
      if (isOver()) {
        return;
      }
      tell(Part.LIFE_CYCLE, Run.of(subject, ground, acts));
    }
  }
}
