// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.cli.Console.Style;
import dev.vmarea.trace.pagetable.PageTableImage;
import dev.vmarea.trace.replay.DiffLine;
import dev.vmarea.trace.replay.Divergence;
import dev.vmarea.trace.replay.MapComparison;
import dev.vmarea.trace.replay.ProcessOutcome;
import dev.vmarea.trace.replay.Recording;
import dev.vmarea.trace.replay.ReplayReport;
import dev.vmarea.trace.replay.TouchSummary;
import java.util.List;

/** A replay reported for people. */
final class TextReport {
  private static final int MAX_PROCESSES = 5;
  private static final int MAX_LINES = 20;
  private static final int MAX_CALL = 400;

  private final ReportPage page;
  private final int maxDivergences;

  TextReport(ReportPage page, int maxDivergences) {
    this.page = page;
    this.maxDivergences = maxDivergences;
  }

  /** A report on standard output. */
  static TextReport onOutput(Console console, ReplayOptions options) {
    return new TextReport(
        new ReportPage(
            console.out(), console.outColour(), Terminal.outputColumns(), console.unicode()),
        options.shownDivergences());
  }

  /** A report on standard error. */
  static TextReport onError(Console console, ReplayOptions options) {
    return new TextReport(
        new ReportPage(
            console.err(), console.errColour(), Terminal.errorColumns(), console.unicode()),
        options.shownDivergences());
  }

  /**
   * Prints the report.
   *
   * @param next what the reader may want to do now, each a purpose and a command
   */
  void print(Replayed replayed, List<NextSteps.Step> next) {
    ReplayReport report = replayed.report();
    String command = replayed.command();
    page.heading(command.isEmpty() ? Console.printable(replayed.source()) : command);
    kernel(replayed);
    ended(replayed);
    calls(report);
    areas(report);
    PageTableImage tables = report.pageTables();
    if (tables != null) {
      page.row("tables", PageTablesRow.of(tables));
    }
    if (!report.script() || report.evidence().isAny()) {
      page.row("evidence", EvidenceText.of(report.evidence()));
    }
    verdict(replayed);
    divergences(report);
    differences(report);
    TouchSummary touch = report.touch();
    if (touch != null) {
      TouchText.print(page, touch);
    }
    notCompared(report);
    notes(report);
    next(next);
  }

  private void kernel(Replayed replayed) {
    if (replayed.report().script()) {
      page.row("kernel", "none: a script, played by the rules of " + replayed.report().profile());
      return;
    }
    Recording recording = replayed.recording();
    String release = recording == null ? "" : recording.kernel();
    page.row(
        "kernel",
        (release.isEmpty() ? "not known" : Console.printable(release))
            + ", replayed by the rules of "
            + replayed.report().profile());
  }

  private void ended(Replayed replayed) {
    Recording recording = replayed.recording();
    String signal = replayed.signal();
    if (signal != null) {
      page.row("ended", "killed by " + Console.printable(signal), Style.YELLOW);
    } else if (recording != null && recording.exitStatus() != null) {
      page.row("ended", "exit status " + recording.exitStatus());
    }
  }

  private void calls(ReplayReport report) {
    page.row(
        "calls",
        Counted.of(report.calls(), "system call")
            + ", "
            + Counted.number(report.memoryCalls())
            + " of them on memory, in "
            + Counted.of(report.processCount(), "process", "processes"));
  }

  private void areas(ReplayReport report) {
    String text =
        Counted.number(report.vmas()) + " at the end, " + report.peakVmas() + " at the peak";
    List<Integer> series = report.timeline();
    if (series.size() > 1) {
      int room = page.besideLabel() - text.length() - 2;
      int width = room >= 12 ? Math.min(room, 40) : page.besideLabel();
      String line = page.styled(Style.CYAN, Sparkline.of(series, width, page.unicode()));
      if (room >= 12) {
        page.line("VMAs       " + line + "  " + text);
        return;
      }
      page.line("VMAs       " + line);
      page.row("", text);
      return;
    }
    page.row("VMAs", text);
  }

  private void verdict(Replayed replayed) {
    ReplayReport report = replayed.report();
    Boolean identical = report.identical();
    if (report.script() && report.comparedMaps() == 0) {
      scriptVerdict(report);
    } else if (identical == null) {
      page.row("result", "nothing to compare: " + reason(report), Style.YELLOW);
    } else if (identical) {
      String maps =
          report.comparedMaps() == 1
              ? "the final map is the kernel's"
              : "all " + Counted.number(report.comparedMaps()) + " final maps are the kernel's";
      page.row(
          "result",
          "identical: " + maps + ", byte for byte, and every call returned what it returned there",
          Style.GREEN);
    } else {
      page.row(
          "result",
          "different: "
              + Counted.of(report.divergenceCount(), "call")
              + " with another result; final maps that differ: "
              + Counted.number(report.differentMaps())
              + " of "
              + Counted.number(report.comparedMaps())
              + why(report),
          Style.RED);
    }
  }

  /** A script without an expected map: only its results were compared. */
  private void scriptVerdict(ReplayReport report) {
    if (report.divergenceCount() == 0) {
      page.row("result", "as written: every call returned what the script says", Style.GREEN);
    } else {
      page.row(
          "result",
          "different: "
              + Counted.of(report.divergenceCount(), "call")
              + " with another result than the script's",
          Style.RED);
    }
    if (report.isBroken()) {
      page.row(
          "broken",
          Counted.of(report.brokenCount(), "thing")
              + " that must hold: the warnings with their lines are above",
          Style.RED);
    }
  }

  /** What the log says of the first process's end, if that explains a difference. */
  private static String why(ReplayReport report) {
    String remark = report.processes().isEmpty() ? "" : report.processes().getFirst().remark();
    return remark.isEmpty() ? "" : " (" + Console.printable(remark) + ")";
  }

  private static String reason(ReplayReport report) {
    if (report.processes().isEmpty()) {
      return "no process in the log";
    }
    String remark = report.processes().getFirst().remark();
    for (ProcessOutcome process : report.processes()) {
      if (process.remark().contains("killed by SIGKILL")) {
        return "killed by SIGKILL, so the kernel had no final map to show";
      }
    }
    return remark.isEmpty() ? "no final map to compare with" : Console.printable(remark);
  }

  private void divergences(ReplayReport report) {
    if (report.divergenceCount() == 0) {
      return;
    }
    page.gap();
    page.heading("Calls with another result");
    int shown = Math.min(maxDivergences, report.divergences().size());
    for (Divergence d : report.divergences().subList(0, shown)) {
      String call = d.call().length() > MAX_CALL ? d.call().substring(0, MAX_CALL) : d.call();
      page.line(
          page.styled(Style.BOLD, "line " + d.line())
              + (d.pid() == 0 ? "" : " (" + d.pid() + ")")
              + "  "
              + Console.printable(call));
      page.line(
          (report.script() ? "  script  " : "  kernel  ")
              + page.styled(Style.RED, Console.printable(d.expected())));
      page.line("  model   " + page.styled(Style.GREEN, Console.printable(d.actual())));
    }
    more(report.divergenceCount() - shown, "call", "calls");
  }

  private void differences(ReplayReport report) {
    int shown = 0;
    for (ProcessOutcome process : report.processes()) {
      MapComparison comparison = process.comparison();
      if (comparison == null || comparison.identical()) {
        continue;
      }
      if (shown++ == MAX_PROCESSES) {
        break;
      }
      page.gap();
      page.heading(
          "Final map of "
              + name(process)
              + ": "
              + Counted.of(comparison.different(), "line differs", "lines differ")
              + " (- kernel, + model)");
      int lines = Math.min(MAX_LINES, comparison.lines().size());
      for (DiffLine line : comparison.lines().subList(0, lines)) {
        diff(line);
      }
      more(comparison.different() - lines, "line", "lines");
    }
    more(report.differentMaps() - shown, "map", "maps");
  }

  private void diff(DiffLine line) {
    String expected = line.expected();
    if (expected != null) {
      page.line(page.styled(Style.RED, "- " + Console.printable(expected)));
    }
    String actual = line.actual();
    if (actual != null) {
      page.line(page.styled(Style.GREEN, "+ " + Console.printable(actual)));
    }
  }

  private void notCompared(ReplayReport report) {
    boolean playedOnly = report.script() && report.comparedMaps() == 0;
    if (playedOnly || report.identical() == null && report.processCount() == 1) {
      return;
    }
    List<ProcessOutcome> skipped =
        report.processes().stream().filter(p -> p.comparison() == null).toList();
    if (skipped.isEmpty()) {
      return;
    }
    page.gap();
    page.heading("Not compared: " + Counted.of(skipped.size(), "process", "processes"));
    int shown = Math.min(MAX_PROCESSES, skipped.size());
    for (ProcessOutcome process : skipped.subList(0, shown)) {
      String why = process.remark().isEmpty() ? "no final map" : process.remark();
      page.sentence(name(process) + ": " + Console.printable(why));
    }
    more(skipped.size() - shown, "process", "processes");
  }

  private void notes(ReplayReport report) {
    if (report.notes().isEmpty() && report.skippedCalls() == 0) {
      return;
    }
    page.gap();
    page.heading("To know");
    report.notes().forEach(note -> page.sentence(Console.printable(note)));
  }

  private void next(List<NextSteps.Step> steps) {
    if (steps.isEmpty()) {
      return;
    }
    page.gap();
    page.heading("Next");
    for (NextSteps.Step step : steps) {
      page.line(page.styled(Style.BOLD, step.command()));
      for (String line : ReportPage.wrap(step.purpose(), page.columns() - 6)) {
        page.line("    " + page.styled(Style.FAINT, line));
      }
    }
  }

  private void more(long count, String one, String many) {
    if (count > 0) {
      page.line("and " + Counted.of(count, one, many) + " more (--json has more of them)");
    }
  }

  private static String name(ProcessOutcome process) {
    String pid = process.pid() == 0 ? "the process" : "process " + process.pid();
    return process.command().isEmpty()
        ? pid
        : pid + " (" + Console.printable(process.command()) + ")";
  }
}
