// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.cli.Console.Style;
import dev.vmarea.host.bench.Figure;
import dev.vmarea.host.bench.Group;
import dev.vmarea.host.bench.MachineFacts;
import dev.vmarea.host.bench.NotRun;
import dev.vmarea.host.bench.Row;
import dev.vmarea.host.bench.Target;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What {@code bench} measured, as a table for people. */
final class BenchTable {
  private static final String LINE = "  %-48s %10s  %10s %-22s %8s  %7s %7s  ";

  private final Console console;
  private final PrintStream out;

  BenchTable(Console console) {
    this.console = console;
    this.out = console.out();
  }

  void print(MachineFacts machine, boolean quick, List<Row> rows) {
    out.println(
        machine.processors()
            + " x "
            + Console.printable(machine.processor())
            + ", "
            + machine.system()
            + ", "
            + machine.java());
    String load = machine.load() < 0 ? "unknown" : String.valueOf(machine.load());
    out.println("load before the run: " + load + (quick ? ", quick run" : ""));
    for (Group group : Group.values()) {
      List<Row> own = rows.stream().filter(row -> row.group().equals(group.title())).toList();
      if (!own.isEmpty()) {
        print(group, own);
      }
    }
    summary(rows);
  }

  private void print(Group group, List<Row> rows) {
    out.println();
    out.println(console.styled(Style.BOLD, group.title()) + "  " + group.description());
    out.println(
        console.styled(
            Style.FAINT,
            String.format(LINE, "", "ours", "peer", "", "ratio", "must", "goal").stripTrailing()));
    for (Row row : rows) {
      switch (row) {
        case Figure figure -> out.println(line(figure));
        case NotRun missing ->
            out.println("  " + missing.what() + ": not run; " + missing.reason());
      }
    }
  }

  private String line(Figure figure) {
    boolean compared = figure.peer().isPresent();
    Target target = figure.target();
    String text =
        String.format(
            LINE,
            figure.what(),
            value(figure.ours(), figure.unit()),
            compared ? value(figure.peer().getAsDouble(), figure.unit()) : "",
            figure.peerName(),
            compared ? factor(figure.ratio()) : "",
            bound(target, target.must(), figure.unit()),
            bound(target, target.goal(), figure.unit()));
    return (text + verdict(figure.verdict())).stripTrailing();
  }

  private String verdict(Target.Verdict verdict) {
    return switch (verdict) {
      case GOAL -> console.styled(Style.GREEN, "goal");
      case MUST -> "met";
      case MISSED -> console.styled(Style.RED, "missed");
      case NONE -> "";
    };
  }

  private static String bound(Target target, double bound, String unit) {
    if (Double.isNaN(bound)) {
      return "";
    }
    return switch (target.kind()) {
      case NONE -> "";
      case RATIO_AT_MOST -> "<=" + number(bound) + "x";
      case RATIO_AT_LEAST -> ">=" + number(bound) + "x";
      case TIMES_FASTER -> "<=" + factor(1 / bound);
      case VALUE_AT_MOST -> "<=" + number(bound) + (unit.equals("times") ? "x" : "");
      case VALUE_AT_LEAST -> ">=" + number(bound) + (unit.equals("times") ? "x" : "");
    };
  }

  private static String factor(double ratio) {
    if (ratio < 0.001) {
      return "1/" + String.format(Locale.ROOT, "%,.0f", 1 / ratio);
    }
    return String.format(Locale.ROOT, ratio < 0.1 ? "%.3fx" : "%.2fx", ratio);
  }

  private static String number(double value) {
    if (value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, value < 0.1 ? "%.2f" : "%.1f", value);
  }

  private static String value(double value, String unit) {
    return switch (unit) {
      case "ns" -> time(value);
      case "ms" -> String.format(Locale.ROOT, "%.0f ms", value);
      case "times" -> String.format(Locale.ROOT, "%.2fx", value);
      case "/s" -> String.format(Locale.ROOT, "%.2f M/s", value / 1e6);
      case "bytes" -> String.format(Locale.ROOT, "%.0f B", value);
      default -> String.format(Locale.ROOT, "%.0f %s", value, unit);
    };
  }

  private static String time(double nanos) {
    if (nanos < 10_000) {
      return String.format(Locale.ROOT, nanos < 100 ? "%.1f ns" : "%.0f ns", nanos);
    }
    return nanos < 1e6
        ? String.format(Locale.ROOT, "%.1f us", nanos / 1e3)
        : String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }

  private void summary(List<Row> rows) {
    long goal = count(rows, Target.Verdict.GOAL);
    long must = count(rows, Target.Verdict.MUST);
    long missed = count(rows, Target.Verdict.MISSED);
    long notRun = rows.stream().filter(NotRun.class::isInstance).count();
    out.println();
    out.println(
        goal + " at the goal, " + must + " met, " + missed + " missed, " + notRun + " not run");
  }

  private static long count(List<Row> rows, Target.Verdict verdict) {
    return rows.stream()
        .filter(row -> row instanceof Figure figure && figure.verdict() == verdict)
        .count();
  }
}
