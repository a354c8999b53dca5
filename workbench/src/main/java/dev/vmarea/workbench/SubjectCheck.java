// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.schedule.Orders;
import dev.vmarea.workbench.diagnosis.Collector;
import dev.vmarea.workbench.diagnosis.Diagnosis;
import dev.vmarea.workbench.diagnosis.IntendedDifferences;
import dev.vmarea.workbench.diagnosis.RaceFindings;
import dev.vmarea.workbench.explore.CallSpace;
import dev.vmarea.workbench.explore.FailureSweep;
import dev.vmarea.workbench.explore.LifeCycles;
import dev.vmarea.workbench.explore.RaceExplorer;
import dev.vmarea.workbench.explore.RaceViolation;
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
  private static final long MOST_CALLS = 20_000;

  /**
   * What is tried one after the other, each with all grounds: first what says most for its time.
   */
  private enum Phase {
    CALLS_IN_PAIRS(Part.EQUIVALENCE, 20),
    EVENTS_ALONE(Part.LIFE_CYCLE, 10),
    FAILING_CALLS(Part.UNWINDING, 20),
    HOOKS(Part.CONTRACT, 5),
    FEW_ORDERS(Part.INTERLEAVINGS, 20),
    ONE_EVENT(Part.LIFE_CYCLE, 15),
    TWO_EVENTS(Part.LIFE_CYCLE, 30),
    MORE_ORDERS(Part.INTERLEAVINGS, 30),
    ALL_CALLS(Part.EQUIVALENCE, 100);

    private final Part part;
    private final int percent;

    /**
     * A phase.
     *
     * @param percent how much of the budget it may use at most, so that the others get theirs
     */
    Phase(Part part, int percent) {
      this.part = part;
      this.percent = percent;
    }

    Part part() {
      return part;
    }

    /** Whether there always is more to try. */
    boolean isEndless() {
      return this == MORE_ORDERS || this == ALL_CALLS;
    }
  }

  private final Subject subject;
  private final CheckRequest request;
  private final BooleanSupplier stopped;
  private final Watch watch;
  private final @Nullable Variant partner;
  private final Judge judge;
  private final Judge stackedJudge;
  private final Collector collector;
  private final RaceFindings races = new RaceFindings();
  private final Map<Part, Long> tried = new EnumMap<>(Part.class);
  private final long end;
  private long phaseEnd;
  private Phase phase = Phase.CALLS_IN_PAIRS;
  private boolean complete = true;

  /** Is told of each combination. */
  interface Watch {
    void tried(Part part, int found);

    /** A run, and what is broken in it. */
    default void judged(Judge.Judged judged) {}

    /** What two operations break together. */
    default void raced(RaceViolation violation) {}
  }

  SubjectCheck(Subject subject, CheckRequest request, BooleanSupplier stopped, Watch watch) {
    this.subject = subject;
    this.request = request;
    this.stopped = stopped;
    this.watch = watch;
    this.partner = partner(subject);
    this.judge = judge(subject);
    this.stackedJudge = judge(subject.stacked(true));
    this.collector = new Collector(IntendedDifferences.of(subject.kind()));
    this.end = System.nanoTime() + request.budget().toNanos();
  }

  /** A judge of the subject, who compares it with its partner. */
  static Judge judge(Subject subject) {
    return new Judge(subject, partner(subject));
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

  /** Tries everything, without saying what is to be made of it. */
  void explore() {
    List<Ground> grounds = subject.kind().grounds();
    for (Phase next : Phase.values()) {
      phase = next;
      if (request.parts().contains(next.part())) {
        long most = request.budget().toNanos() / 100 * next.percent;
        long over = Math.min(end, System.nanoTime() + most);
        for (int i = 0; i < grounds.size(); i++) {
          phaseEnd = next.part() == Part.INTERLEAVINGS ? over : share(over, grounds.size() - i);
          if (!isOver()) {
            look(grounds.get(i));
          }
        }
      }
    }
  }

  /** When a ground's time is over, with so many left: the last ones must get some, too. */
  private static long share(long over, int grounds) {
    long now = System.nanoTime();
    return now + (over - now) * 2 / (grounds + 1);
  }

  /** Tries everything; what is broken, in short. */
  SubjectReport run() {
    explore();
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

  private void look(Ground ground) {
    switch (phase) {
      case CALLS_IN_PAIRS -> each(Part.EQUIVALENCE, ground, new CallSpace(ground).pairs());
      case FAILING_CALLS -> unwinding(ground);
      case HOOKS ->
          FailureSweep.locks(
              subject, ground, List.of(ground.mapping()), run -> tell(Part.CONTRACT, run));
      case EVENTS_ALONE -> {
        LifeCycles cycles = new LifeCycles(ground);
        each(Part.LIFE_CYCLE, ground, cycles.neighbours());
        each(Part.LIFE_CYCLE, ground, cycles.single());
      }
      case ONE_EVENT -> {
        for (List<Act> acts : new LifeCycles(ground).single()) {
          sweep(Part.LIFE_CYCLE, subject, ground, acts);
        }
      }
      case FEW_ORDERS -> interleavings(ground, RaceExplorer.FEW);
      case TWO_EVENTS -> {
        LifeCycles cycles = new LifeCycles(ground);
        boolean usual = ground.name().equals(Ground.PLAIN);
        each(Part.LIFE_CYCLE, ground, usual ? cycles.pairs() : cycles.pairsWithEvents());
      }
      case MORE_ORDERS -> interleavings(ground, RaceExplorer.USUAL);
      case ALL_CALLS -> allCalls(ground);
    }
  }

  private boolean isOver() {
    if (stopped.getAsBoolean() || System.nanoTime() > phaseEnd) {
      complete &= phase.isEndless();
      return true;
    }
    return false;
  }

  private void tell(Part part, Run run) {
    Judge its = run.subject().isStacked() ? stackedJudge : judge;
    Judge.Judged judged = its.judge(run, true);
    collector.add(judged);
    watch.judged(judged);
    tried.merge(part, 1L, Long::sum);
    watch.tried(part, collector.size());
  }

  private void each(Part part, Ground ground, List<List<Act>> programs) {
    for (List<Act> acts : programs) {
      if (isOver()) {
        return;
      }
      tell(part, Run.of(subject, ground, acts));
    }
  }

  /** Whatever is left of the time goes here: it need not be enough. */
  private void allCalls(Ground ground) {
    CallSpace space = new CallSpace(ground);
    SplittableRandom random = new SplittableRandom(request.seed());
    long share = (end - System.nanoTime()) / subject.kind().grounds().size();
    long until = System.nanoTime() + share;
    long most = Math.min(space.size(), MOST_CALLS);
    for (long i = 0; i < most && System.nanoTime() < until && !stopped.getAsBoolean(); i++) {
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

  private void interleavings(Ground ground, Orders depth) {
    BooleanSupplier over =
        () -> {
          tried.merge(Part.INTERLEAVINGS, 1L, Long::sum);
          watch.tried(Part.INTERLEAVINGS, collector.size() + races.size());
          return isOver();
        };
    new RaceExplorer(depth, over)
        .explore(
            subject,
            ground,
            violation -> {
              races.add(violation);
              watch.raced(violation);
            });
  }
}
