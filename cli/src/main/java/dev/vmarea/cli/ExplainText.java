// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.cli.Console.Style;
import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.Totals;
import dev.vmarea.explain.cause.Cause;
import dev.vmarea.explain.cause.Pattern;
import dev.vmarea.explain.cause.Remedy;
import dev.vmarea.explain.history.CallGroup;
import dev.vmarea.explain.history.CallSite;
import dev.vmarea.explain.history.Growth;
import dev.vmarea.explain.history.History;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Evidence;
import dev.vmarea.explain.verdict.FlagNames;
import dev.vmarea.explain.verdict.Reason;
import dev.vmarea.explain.verdict.Verdicts;
import dev.vmarea.explain.whatif.WhatIf;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An explanation as people read it: a paragraph, a table with bars, and what to do. */
record ExplainText(ReportPage page) {
  private static final double NEAR_THE_LIMIT = 0.9;
  private static final double FAR_FROM_THE_LIMIT = 0.7;
  private static final int COUNT_WIDTH = 10;
  private static final int SHARE_WIDTH = 8;
  private static final int BAR_WIDTH = 16;
  private static final int CALLS = 5;

  void print(Explained explained) {
    Explanation explanation = explained.explanation();
    Totals totals = explanation.totals();
    page.heading(ExplainTotals.heading(explained));
    page.row("VMAs", ExplainTotals.vmas(totals), styles(totals));
    page.row("size", ExplainTotals.size(totals));
    page.row("rules", ExplainTotals.rules(explanation));
    page.row("in short", ExplainTotals.inShort(explained));
    growth(explained.history(), totals.limit());
    table(explanation);
    calls(explained.history());
    explained.told().forEach(cause -> cause(explained, cause));
    whatIfs(explained.whatIfs());
    notes(ExplainTotals.notes(explained));
    next(NextSteps.afterExplain(explained));
  }

  private void growth(@Nullable History history, long limit) {
    if (history == null) {
      return;
    }
    Growth growth = history.growth();
    page.row(
        "over time",
        Sparkline.of(
            growth.samples().stream().map(Growth.Sample::vmas).toList(),
            Math.min(40, page.besideLabel()),
            page.unicode()));
    page.row(
        "",
        Counted.number(growth.first())
            + " VMAs at the beginning, "
            + Counted.number(growth.peak())
            + " at the peak, in "
            + Counted.of(growth.calls(), "memory call")
            + ExplainTotals.pace(growth, limit));
  }

  private void calls(@Nullable History history) {
    if (history == null || history.groups().isEmpty()) {
      return;
    }
    page.gap();
    page.heading("Which calls made them");
    for (CallGroup group : history.groups().stream().limit(CALLS).toList()) {
      CallSite first = group.first();
      page.line(
          pad(Counted.number(group.boundaries()), COUNT_WIDTH)
              + "  "
              + Console.printable(group.shape()));
      page.line(
          " ".repeat(COUNT_WIDTH)
              + "  first in line "
              + first.line()
              + ": "
              + Console.printable(first.text()));
    }
  }

  private static Style[] styles(Totals totals) {
    if (totals.share() < FAR_FROM_THE_LIMIT) {
      return new Style[0];
    }
    return new Style[] {totals.share() < NEAR_THE_LIMIT ? Style.YELLOW : Style.RED};
  }

  private void table(Explanation explanation) {
    int all = explanation.verdicts().size();
    if (all == 0) {
      return;
    }
    page.gap();
    page.heading("Why there are " + Counted.of(all, "boundary", "boundaries"));
    for (Cause cause : explanation.causes().ranked()) {
      double share = (double) cause.boundaries() / all;
      String head =
          pad(Counted.number(cause.boundaries()), COUNT_WIDTH)
              + pad(ExplainTotals.percent(share), SHARE_WIDTH)
              + "  "
              + bar(share)
              + "  ";
      List<String> title =
          ReportPage.wrap(
              Console.printable(cause.title()), Math.max(20, page.columns() - head.length() - 2));
      page.line(head + title.getFirst());
      title.stream().skip(1).forEach(rest -> page.line(" ".repeat(head.length()) + rest));
    }
  }

  private void cause(Explained explained, Cause cause) {
    Explanation explanation = explained.explanation();
    Snapshot snapshot = explanation.snapshot();
    page.gap();
    page.heading(
        Console.printable(cause.title())
            + ": "
            + Counted.of(cause.boundaries(), "boundary", "boundaries")
            + ", "
            + Counted.bytes(cause.bytes()));
    page.row("example", AreaText.line(snapshot, cause.example()));
    page.row("", AreaText.line(snapshot, cause.example() + 1));
    page.row("apart by", apart(explanation, cause));
    pattern(cause.pattern());
    if (!cause.producer().isEmpty()) {
      page.row("made by", Console.printable(cause.producer()));
    }
    Remedy remedy = cause.remedy();
    if (remedy != null) {
      page.row("remedy", remedy.advice(), Style.GREEN);
      ExplainTotals.gain(explained, remedy).ifPresent(gain -> page.row("gives", gain));
    }
  }

  private void pattern(Pattern pattern) {
    List<String> words = new ArrayList<>();
    if (pattern.stride() > 0) {
      words.add(
          "one every "
              + Counted.bytes(pattern.stride())
              + " ("
              + Counted.number(pattern.strideCount())
              + " times)");
    }
    if (pattern.size() > 0) {
      words.add(
          "mostly of "
              + Counted.bytes(pattern.size())
              + " ("
              + Counted.number(pattern.sizeCount())
              + ")");
    }
    if (!words.isEmpty()) {
      page.row("pattern", String.join(", ", words));
    }
  }

  /** What sets the example's areas apart, and how that is known of all of the cause. */
  private static String apart(Explanation explanation, Cause cause) {
    Verdicts verdicts = explanation.verdicts();
    return reasons(verdicts, cause.example()) + known(cause.evidence());
  }

  /** The reasons of one boundary in words. */
  static String reasons(Verdicts verdicts, int boundary) {
    return verdicts.at(boundary).reasons().stream()
        .map(reason -> words(reason, verdicts.flags(boundary)))
        .collect(Collectors.joining(", "));
  }

  private static String words(Reason reason, long flags) {
    return reason == Reason.FLAGS
        ? reason.words() + " (" + FlagNames.of(flags) + ")"
        : reason.words();
  }

  private static String known(Evidence evidence) {
    return switch (evidence) {
      case SHOWN -> "";
      case OBSERVED -> " (observed: the history shows it)";
      case SEEN -> " (seen: both have anonymous pages, and nothing else differs)";
      case INFERRED -> " (inferred: nothing else differs, and else Linux would have merged them)";
    };
  }

  private void whatIfs(List<WhatIf> whatIfs) {
    if (whatIfs.isEmpty()) {
      return;
    }
    page.gap();
    page.heading("What if");
    for (WhatIf whatIf : whatIfs) {
      page.line(whatIf.name() + ": " + Console.printable(whatIf.what()));
      page.row("", ExplainTotals.change(whatIf), Style.BOLD);
      if (!whatIf.notes().isEmpty()) {
        page.row("", Console.printable(whatIf.notes()));
      }
    }
  }

  private void notes(List<String> notes) {
    if (!notes.isEmpty()) {
      page.gap();
      page.heading("Notes");
      notes.forEach(note -> page.sentence(Console.printable(note)));
    }
  }

  private void next(List<NextSteps.Step> steps) {
    if (!steps.isEmpty()) {
      page.gap();
      page.heading("Next");
      for (NextSteps.Step step : steps) {
        page.line(step.command());
        page.line("    " + step.purpose());
      }
    }
  }

  private String bar(double share) {
    int eighths = (int) Math.round(share * BAR_WIDTH * 8);
    if (!page.unicode()) {
      int full = Math.max(share > 0 ? 1 : 0, eighths / 8);
      return "#".repeat(full) + " ".repeat(BAR_WIDTH - full);
    }
    StringBuilder bar = new StringBuilder("\u2588".repeat(eighths / 8));
    if (eighths % 8 > 0 || eighths == 0) {
      bar.append((char) ('\u2590' - Math.max(1, eighths % 8)));
    }
    return bar + " ".repeat(Math.max(0, BAR_WIDTH - bar.length()));
  }

  private static String pad(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }
}
