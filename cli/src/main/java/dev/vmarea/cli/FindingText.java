// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.Difference;
import dev.vmarea.drivers.Variant;
import dev.vmarea.workbench.finding.Cause;
import dev.vmarea.workbench.finding.DifferenceText;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import dev.vmarea.workbench.script.ScriptText;
import java.util.ArrayList;
import java.util.List;

/** A finding as people read it. */
record FindingText(ReportPage page) {
  void print(Finding finding) {
    Subject subject = finding.subject();
    page.heading(Console.printable(finding.title()));
    row("rule", finding.rule().id() + ": " + finding.rule().statement());
    row(
        "user",
        subject.kind().id()
            + ", variant "
            + subject.variant()
            + " ("
            + subject.variant().summary()
            + "), kernel "
            + subject.profile()
            + (subject.isStacked() ? ", reached through a stacked file" : ""));
    if (!finding.title().endsWith(finding.what())) {
      row("seen", finding.what());
    }
    row("shown by", "");
    ScriptText script = ScriptText.of(finding.run(), List.of());
    script.text().lines().forEach(line -> page.line("  " + Console.printable(line)));
    if (finding.interleaving().isEmpty()) {
      step(finding, script);
    } else {
      row("order", "the last two at once, A and B; step by step");
      for (int i = 0; i < finding.interleaving().size(); i++) {
        page.line(
            String.format("  %2d. %s", i + 1, Console.printable(finding.interleaving().get(i))));
      }
    }
    if (finding.schedule() != null) {
      row("again", again(finding));
    }
    if (!finding.legacy().isEmpty()) {
      row("old hook", finding.legacy());
    }
    remedy(finding).forEach(text -> row("remedy", text));
    page.gap();
  }

  /** What the reproducer says of itself. */
  static List<String> header(Finding finding) {
    List<String> lines = new ArrayList<>();
    lines.add(finding.title());
    lines.add("Rule " + finding.rule().id() + ": " + finding.rule().statement());
    if (!finding.interleaving().isEmpty()) {
      lines.add(
          "It takes an order that a script cannot have: here the last two calls are made one");
      lines.add("after the other. At once, A and B, step by step:");
      for (int i = 0; i < finding.interleaving().size(); i++) {
        lines.add("  " + (i + 1) + ". " + finding.interleaving().get(i));
      }
    }
    if (finding.schedule() != null) {
      lines.add("Again: " + again(finding));
    }
    return lines;
  }

  private void step(Finding finding, ScriptText script) {
    Run run = finding.run();
    if (finding.step() >= run.steps().size()) {
      row("shows", "at the end, when every process, file and user has gone");
      run.broken().forEach(text -> row("", text));
      if (!run.left().isEmpty()) {
        row("left", run.left());
      }
      return;
    }
    row(
        "shows",
        "at line "
            + script.lineOf(finding.step())
            + " of these, which returned "
            + run.steps().get(finding.step()).result());
    StateChange change = change(finding);
    change.gone().forEach(text -> page.line("  - " + Console.printable(text)));
    change.come().forEach(text -> page.line("  + " + Console.printable(text)));
    if (change.isEmpty()) {
      row("", "state before and after it is the same");
    }
  }

  /** What the step at which it shows has changed; nothing at the end. */
  static StateChange change(Finding finding) {
    Run run = finding.run();
    if (finding.step() >= run.steps().size()) {
      return new StateChange(List.of(), List.of());
    }
    return StateChange.of(run.before(finding.step()), run.steps().get(finding.step()).after());
  }

  /** The command that runs the same order again. */
  private static String again(Finding finding) {
    Subject subject = finding.subject();
    return "./vmarea check --profile "
        + subject.profile()
        + " --variant "
        + subject.kind().id()
        + "="
        + subject.variant()
        + " --schedule '"
        + finding.schedule()
        + "'";
  }

  /** Who is to blame, and what does not have it; a sentence or two each. */
  static List<String> remedy(Finding finding) {
    Cause cause = finding.cause();
    List<String> lines = new ArrayList<>();
    for (Difference difference : cause.kernel().stream().sorted().toList()) {
      lines.add(
          "kernel: "
              + DifferenceText.of(difference)
              + " Of 6.18, 6.19, 7.1 and 7.2 it is in: "
              + DifferenceText.releases(difference)
              + ". "
              + difference
              + " in docs/series.md.");
    }
    for (Variant variant : cause.goodVariants()) {
      String later = variant.existsIn(finding.subject().profile()) ? "" : ", on a later kernel";
      lines.add(
          "hook: variant " + variant + " does not have it (" + variant.summary() + later + ").");
    }
    if (lines.isEmpty()) {
      lines.add("none known: no other kernel or variant that was tried is without it.");
    }
    return lines;
  }

  private void row(String label, String text) {
    page.row(label, Console.printable(text));
  }
}
