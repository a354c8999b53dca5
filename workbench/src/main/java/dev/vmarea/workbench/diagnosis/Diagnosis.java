// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.drivers.Variant;
import dev.vmarea.workbench.finding.Cause;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.ActName;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Subject;
import dev.vmarea.workbench.rule.Judge;
import dev.vmarea.workbench.rule.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes findings of what was collected: few, short, each with its cause. */
public final class Diagnosis {
  private final Judge judge;
  private final @Nullable Variant partner;

  /** Of what a judge found; {@code partner} is the old hook that is told about, or null. */
  public Diagnosis(Judge judge, @Nullable Variant partner) {
    this.judge = judge;
    this.partner = partner;
  }

  /** The findings. */
  public List<Finding> findings(Collector collected) {
    Map<String, Found> byCause = new LinkedHashMap<>();
    List<Evidence> all = new ArrayList<>(collected.evidence());
    all.sort(Comparator.comparingInt(Evidence::weight));
    for (Evidence evidence : all) {
      Judge own = judge.of(evidence.subject());
      Evidence shortest = new Shrinker(own, evidence).shrink();
      Cause cause = cause(shortest);
      boolean meant = collected.isIntended(shortest);
      String key = (meant ? "intended " : "") + key(shortest, cause);
      byCause.merge(
          key,
          new Found(shortest, cause),
          (old, one) -> one.evidence.weight() < old.evidence.weight() ? one : old);
    }
    List<Found> found = new ArrayList<>(byCause.values());
    return found.stream().filter(one -> !isSum(one.cause, found)).map(this::finding).toList();
  }

  /**
   * What tells findings apart: the kernel's difference if that is the cause; what differs from the
   * old hook; else where it goes wrong, and which other hooks do not.
   */
  private static String key(Evidence evidence, Cause cause) {
    Violation violation = evidence.violation();
    if (cause.isKernels()) {
      return cause.kernel().toString();
    }
    return switch (violation.rule().part()) {
      case EQUIVALENCE -> Titles.place(violation, evidence.run()) + difference(violation);
      case CONTRACT -> violation.rule().id();
      case UNWINDING -> unwinding(violation) + cause.goodVariants();
      default -> Titles.place(violation, evidence.run()) + cause.goodVariants();
    };
  }

  /** What is left of a call that fails, wherever it fails. */
  private static String unwinding(Violation violation) {
    String signature = violation.signature();
    int but = signature.indexOf(", but ");
    return violation.rule().id() + (but < 0 ? signature : signature.substring(but));
  }

  /** A difference in short: what can look like many is told by one that shows it. */
  private static String difference(Violation violation) {
    String signature = violation.signature();
    return switch (violation.rule()) {
      case SAME_RESULT, SAME_ERROR -> signature;
      case SAME_AREA -> signature.split(",", 2)[0];
      default -> violation.rule().id();
    };
  }

  /** Several differences of the kernel together, each of which is a finding by itself. */
  private static boolean isSum(Cause cause, List<Found> all) {
    return cause.kernel().size() > 1
        && cause.kernel().stream()
            .allMatch(
                one -> all.stream().anyMatch(other -> other.cause.kernel().equals(Set.of(one))));
  }

  private record Found(Evidence evidence, Cause cause) {}

  private Cause cause(Evidence evidence) {
    String signature = evidence.violation().signature();
    Run run = evidence.run();
    return CauseFinder.find(
        evidence.subject(),
        other -> Shrinker.find(judge.of(other), run.ground(), run.acts(), signature).isPresent());
  }

  private Finding finding(Found found) {
    Evidence evidence = found.evidence;
    return new Finding(
        Titles.of(evidence.violation(), evidence.run()),
        evidence.violation().rule(),
        evidence.subject(),
        evidence.violation().what(),
        evidence.run(),
        evidence.violation().step(),
        List.of(),
        null,
        legacy(evidence),
        found.cause);
  }

  /** What the old hook does in its place, in words. */
  private String legacy(Evidence evidence) {
    Variant old = partner;
    Subject subject = evidence.subject();
    if (old == null || old.equals(subject.variant())) {
      return "";
    }
    try {
      Judge.Judged judged =
          judge.of(subject.with(old)).judge(evidence.run().ground(), evidence.run().acts());
      List<Step> own = judged.run().own();
      StringBuilder text = new StringBuilder();
      for (Step step : own) {
        text.append(text.isEmpty() ? "" : ", ");
        text.append(ActName.of(step.plainAct())).append(' ').append(step.result());
      }
      String wrong =
          judged.violations().isEmpty() ? "all in order" : judged.violations().getFirst().what();
      return text + "; " + wrong;
    } catch (RuntimeException e) {
      return "cannot do this: " + e.getMessage();
    }
  }
}
