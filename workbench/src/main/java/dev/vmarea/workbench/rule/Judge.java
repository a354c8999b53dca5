// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Does acts to a subject, by itself and beside its old hook, and says what is broken. Of what is
 * wrong by itself only what shows first counts, since what comes later in a run may follow from it;
 * a difference from the old hook hides nothing, for it may be meant. Not thread-safe.
 */
public final class Judge {
  private final Subject subject;
  private final @Nullable Variant partner;
  private final BiPredicate<? super Run, ? super Violation> intended;
  private final Map<Tried, Map<Point, Set<String>>> oldErrors = new HashMap<>();

  /** Acts on a ground. */
  private record Tried(Ground ground, List<Act> acts) {}

  /** A run and what is broken in it. */
  public record Judged(Run run, List<Violation> violations) {
    /** Keeps its own copy of the list. */
    public Judged {
      violations = List.copyOf(violations);
    }
  }

  /**
   * A judge.
   *
   * @param partner the old hook to compare with, or null
   * @param intended which differences from it somebody wants: they hide nothing else
   */
  public Judge(
      Subject subject,
      @Nullable Variant partner,
      BiPredicate<? super Run, ? super Violation> intended) {
    this.subject = subject;
    this.partner = partner;
    this.intended = intended;
  }

  /** The subject. */
  public Subject subject() {
    return subject;
  }

  /** The same judge of another subject of the same user. */
  public Judge of(Subject other) {
    boolean isPartner = partner != null && partner.equals(other.variant());
    return new Judge(other, isPartner ? null : partner, intended);
  }

  /** Does the acts and judges. */
  public Judged judge(Ground ground, List<Act> acts) {
    return judge(Run.of(subject, ground, acts), true);
  }

  /**
   * Judges a run.
   *
   * @param compares whether the old hook is asked, too
   */
  public Judged judge(Run run, boolean compares) {
    List<Violation> found = new ArrayList<>(Soundness.judge(run));
    found.addAll(Unwound.judge(run));
    found.addAll(Merged.judge(run));
    int first = found.stream().mapToInt(Violation::step).min().orElse(Integer.MAX_VALUE);
    List<Violation> all = new ArrayList<>(Contract.judge(run));
    if (compares) {
      differences(run).stream().filter(one -> one.step() < first).forEach(all::add);
    }
    all.addAll(first(found, first));
    return new Judged(run, all);
  }

  /** What shows at a step: lost charge, and of the rest what says most. */
  private static List<Violation> first(List<Violation> found, int step) {
    List<Violation> kept = new ArrayList<>();
    found.stream()
        .filter(one -> one.step() == step)
        .sorted(Comparator.comparingInt(one -> weight(one.rule())))
        .forEach(one -> {
          boolean apart = one.rule() == Rule.FAILED_CALL_GIVES_CHARGE_BACK;
          boolean firstOfRest =
              kept.stream().allMatch(k -> k.rule() == Rule.FAILED_CALL_GIVES_CHARGE_BACK);
          if (apart || firstOfRest) {
            kept.add(one);
          }
        });
    return kept;
  }

  private static int weight(Rule rule) {
    return switch (rule) {
      case FAILED_CALL_GIVES_CHARGE_BACK -> 0;
      case HOOK_KEEPS_ITS_INTERFACE -> 1;
      case NO_WARNING -> 2;
      case FAILED_CALL_LEAVES_NO_MAPPING -> 3;
      case FAILED_CALL_HOLDS_NOTHING -> 4;
      case MERGE_KEEPS_NEIGHBOUR -> 5;
      case MERGE_LEAVES_NO_TRACE -> 6;
      case INVARIANTS -> 7;
      default -> 8;
    };
  }

  private List<Violation> differences(Run run) {
    Variant old = partner;
    if (old == null || old.equals(subject.variant())) {
      return List.of();
    }
    List<Act> acts = run.acts();
    for (int i = 0; i < acts.size(); i++) {
      if (acts.get(i) instanceof Act.Failing) {
        Violation other = i == acts.size() - 1 ? otherError(run, old) : null;
        return other == null ? List.of() : List.of(other);
      }
    }
    Run other = Run.of(subject.with(old), run.ground(), acts);
    return Comparison.judge(run, other, one -> intended.test(run, one));
  }

  /** The last act fails at one point: whether the old hook fails otherwise then. */
  private @Nullable Violation otherError(Run run, Variant old) {
    Step last = run.steps().getLast();
    if (last.failures().size() != 1 || !last.failed()) {
      return null;
    }
    List<Act> plain = new ArrayList<>(run.acts());
    plain.set(plain.size() - 1, last.plainAct());
    Point point = last.failures().getFirst().point();
    Set<String> known = oldErrors(run.ground(), plain, old, point);
    if (known.isEmpty() && point == Point.MAPPED) {
      // What a port takes when it is mapped, an old hook has taken itself.
      known = oldErrors(run.ground(), plain, old, Point.HOOK);
    }
    return known.isEmpty() || known.contains(last.result())
        ? null
        : new Violation(
            Rule.SAME_ERROR,
            run.steps().size() - 1,
            last.result() + "; the old hook: " + String.join(" or ", known));
  }

  private Set<String> oldErrors(Ground ground, List<Act> acts, Variant old, Point point) {
    return oldErrors
        .computeIfAbsent(new Tried(ground, acts), tried -> new EnumMap<>(Point.class))
        .computeIfAbsent(point, one -> errors(ground, acts, old, one));
  }

  private Set<String> errors(Ground ground, List<Act> acts, Variant old, Point point) {
    Subject other = subject.with(old);
    Set<String> results = new TreeSet<>();
    for (Occurrence one : Run.of(other, ground, acts).steps().getLast().passed()) {
      if (one.point() == point) {
        List<Act> failing = new ArrayList<>(acts);
        failing.add(new Act.Failing(failing.removeLast(), List.of(one)));
        results.add(Run.of(other, ground, failing).steps().getLast().result());
      }
    }
    return results;
  }
}
