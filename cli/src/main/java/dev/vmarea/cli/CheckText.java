// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.cli.Console.Style;
import dev.vmarea.workbench.Report;
import dev.vmarea.workbench.SubjectReport;
import dev.vmarea.workbench.finding.Declared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A check's end as people read it.
 *
 * @param with files with drivers of somebody's own, to be named when it is repeated
 */
record CheckText(ReportPage page, List<Path> with) {
  void print(Report report) {
    report.subjects().forEach(this::line);
    page.gap();
    FindingText text = new FindingText(page);
    report.findings().forEach(text::print);
    intended(report);
    summary(report);
  }

  private void line(SubjectReport subject) {
    int findings = subject.findings().size();
    int intended = subject.intended().size();
    List<String> words = new ArrayList<>();
    words.add(
        findings > 0
            ? page.styled(Style.RED, Counted.of(findings, "finding"))
            : subject.combinations() == 0 ? "nothing tried" : page.styled(Style.GREEN, "ok"));
    if (intended > 0) {
      words.add(intended + " intended");
    }
    words.add(Counted.of(subject.combinations(), "combination"));
    if (!subject.isComplete()) {
      words.add("not all tried");
    }
    page.line(
        subject.subject().kind().id()
            + " "
            + subject.subject().variant()
            + ": "
            + String.join(", ", words));
  }

  private void intended(Report report) {
    List<Declared> all = report.subjects().stream().flatMap(s -> s.intended().stream()).toList();
    if (all.isEmpty()) {
      return;
    }
    page.heading("Declared intended");
    for (Declared declared : all) {
      page.sentence(Console.printable(declared.finding().title()));
      page.row("because", Console.printable(declared.reason()));
    }
    page.gap();
  }

  private void summary(Report report) {
    long findings = report.findings().count();
    page.heading(findings == 0 ? "Nothing found" : Counted.of(findings, "finding"));
    page.sentence(
        Counted.of(report.combinations(), "combination")
            + " of "
            + Counted.of(report.subjects().size(), "subject")
            + (report.isComplete() ? "" : "; not all was tried: a larger --budget tries more"));
    List<NextSteps.Step> steps = NextSteps.afterCheck(report, with);
    if (!steps.isEmpty()) {
      page.gap();
      page.heading("Next");
      for (NextSteps.Step step : steps) {
        page.line(step.command());
        page.line("    " + step.purpose());
      }
    }
  }
}
