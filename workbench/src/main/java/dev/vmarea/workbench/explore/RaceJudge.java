// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.KernelWarning;
import dev.vmarea.workbench.finding.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Judges what came of two operations at once by what comes of them one after the other: that alone
 * may come of it. What goes wrong one after the other, too, is no matter of interleavings.
 *
 * <p>A mapping takes out what it replaces before it asks its hook, and others see that: it counts
 * as two operations, between which B may come.
 */
final class RaceJudge {
  private final List<RaceOutcome> inTurn;

  /** What is wrong with an outcome. */
  record Fault(Rule rule, String kind, String what) {}

  /** For a case; runs it in turn. */
  RaceJudge(RaceCase race) {
    this.inTurn = RaceRun.inTurn(race);
  }

  /** All that is wrong. */
  List<Fault> faults(RaceOutcome outcome) {
    List<Fault> faults = new ArrayList<>();
    for (KernelWarning warning : outcome.warnings()) {
      if (inTurn.stream().noneMatch(one -> isWarned(one, warning))) {
        faults.add(
            new Fault(
                Rule.NO_WARNING, warning.kind().name(), warning.kind() + ": " + warning.text()));
      }
    }
    String deadlock = outcome.deadlock();
    if (deadlock != null) {
      faults.add(new Fault(Rule.ONE_AFTER_THE_OTHER, "deadlock", "for ever " + deadlock));
      return faults;
    }
    for (String broken : outcome.broken()) {
      String kind = withoutNumbers(broken);
      if (inTurn.stream().noneMatch(one -> isBroken(one, kind))) {
        faults.add(new Fault(Rule.INVARIANTS, kind, broken));
        break; // others follow from it
      }
    }
    if (!outcome.left().isEmpty() && inTurn.stream().allMatch(one -> one.left().isEmpty())) {
      faults.add(
          new Fault(Rule.NOTHING_LEFT, withoutNumbers(outcome.left()), "left: " + outcome.left()));
    }
    if (inTurn.stream().noneMatch(outcome::looksLike)) {
      faults.add(difference(outcome));
    }
    return faults;
  }

  private static boolean isWarned(RaceOutcome outcome, KernelWarning warning) {
    return outcome.warnings().stream().anyMatch(known -> known.kind() == warning.kind());
  }

  private static boolean isBroken(RaceOutcome outcome, String kind) {
    return outcome.broken().stream().anyMatch(known -> withoutNumbers(known).equals(kind));
  }

  private static String withoutNumbers(String text) {
    return text.replaceAll("0x[0-9a-f]+|[0-9]+", "N");
  }

  private Fault difference(RaceOutcome outcome) {
    RaceOutcome like =
        inTurn.stream()
            .filter(one -> one.results().equals(outcome.results()))
            .findFirst()
            .orElse(null);
    if (like == null) {
      Set<String> expected = new TreeSet<>();
      inTurn.forEach(one -> expected.add(one.results()));
      return new Fault(
          Rule.ONE_AFTER_THE_OTHER,
          "results " + outcome.results(),
          outcome.results() + "; one after the other: " + String.join(" or ", expected));
    }
    List<String> changes = new ArrayList<>();
    outcome.lines().stream()
        .filter(line -> !like.lines().contains(line))
        .forEach(line -> changes.add("there is " + line));
    like.lines().stream()
        .filter(line -> !outcome.lines().contains(line))
        .forEach(line -> changes.add("there is not " + line));
    outcome
        .counts()
        .forEach((name, value) -> {
          long other = like.counts().getOrDefault(name, 0L);
          if (other != value) {
            changes.add(name + " is " + value + ", not " + other);
          }
        });
    return new Fault(
        Rule.ONE_AFTER_THE_OTHER,
        "state after " + outcome.results(),
        "after " + outcome.results() + ": " + String.join("; ", changes));
  }
}
