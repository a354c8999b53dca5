// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.Totals;
import dev.vmarea.explain.cause.Cause;
import dev.vmarea.explain.cause.Remedy;
import dev.vmarea.explain.history.Growth;
import dev.vmarea.explain.snapshot.Detail;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.snapshot.SnapshotOrigin;
import dev.vmarea.explain.whatif.WhatIf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The sentences of an explanation that every form of it has. */
final class ExplainTotals {
  /** So few VMAs are nobody's trouble. */
  private static final int FEW = 100;

  private ExplainTotals() {}

  static String heading(Explained explained) {
    SnapshotOrigin origin = explained.explanation().snapshot().origin();
    String command = Console.printable(origin.command());
    return Console.printable(origin.source()) + (command.isEmpty() ? "" : " (" + command + ")");
  }

  static String vmas(Totals totals) {
    return Counted.number(totals.vmas())
        + ", "
        + percent(totals.share())
        + " of "
        + Counted.number(totals.limit())
        + (totals.limitKnown() ? " (vm.max_map_count)" : " (the usual vm.max_map_count)");
  }

  /** How fast VMAs become more, and when that reaches the limit. */
  static String pace(Growth growth, long limit) {
    long calls = growth.callsTo(limit);
    if (calls < 0 || growth.perCall() < 0.001) {
      return "; not growing at the end";
    }
    double seconds = growth.secondsTo(limit);
    return String.format(
            Locale.ROOT,
            "; %.2f more a call at the end: the limit after %,d calls more",
            growth.perCall(),
            calls)
        + (Double.isFinite(seconds) ? String.format(Locale.ROOT, " (%.0f s)", seconds) : "");
  }

  static String size(Totals totals) {
    return Counted.bytes(totals.mappedBytes())
        + " mapped"
        + (totals.residentBytes() == Snapshot.UNKNOWN
            ? ""
            : ", " + Counted.bytes(totals.residentBytes()) + " in memory");
  }

  static String rules(Explanation explanation) {
    String kernel = Console.printable(explanation.snapshot().origin().kernel());
    return explanation.profile().name()
        + (explanation.exact()
            ? ""
            : kernel.isEmpty()
                ? ", since the source does not tell its kernel"
                : ", the nearest that is known to its kernel " + kernel);
  }

  /** Why and what to do, in two sentences at most. */
  static String inShort(Explained explained) {
    Explanation explanation = explained.explanation();
    int boundaries = explanation.verdicts().size();
    if (boundaries == 0) {
      return "There is one VMA, and so nothing that could merge.";
    }
    Optional<Cause> cause = explained.told().stream().findFirst();
    if (cause.isEmpty()) {
      return "Nothing stands out: the boundaries are those that a program like this has.";
    }
    Cause top = cause.get();
    StringBuilder text =
        new StringBuilder()
            .append(Counted.number(top.boundaries()))
            .append(" of ")
            .append(Counted.of(boundaries, "boundary", "boundaries"))
            .append(" have one cause: ")
            .append(Console.printable(top.title()))
            .append('.');
    Remedy remedy = top.remedy();
    if (remedy != null) {
      gain(explained, remedy).ifPresent(gain -> text.append(" What would help: ").append(gain));
    }
    if (explanation.totals().vmas() < FEW) {
      text.append(" With so few VMAs that is no trouble.");
    }
    return text.toString();
  }

  /** What a remedy would give, as well as that is known. */
  static Optional<String> gain(Explained explained, Remedy remedy) {
    int before = explained.explanation().totals().vmas();
    Optional<WhatIf> replayed = explained.whatIf(remedy.whatIf());
    if (replayed.isPresent()) {
      return Optional.of(remedy.whatIf() + ": " + change(replayed.get()) + ".");
    }
    if (remedy.saves() <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        (remedy.whatIf().isEmpty() ? "" : remedy.whatIf() + ": ")
            + Counted.number(before)
            + " -> about "
            + Counted.number(Math.max(1, before - remedy.saves()))
            + " VMAs (an estimate).");
  }

  /** Before and after. */
  static String change(WhatIf whatIf) {
    return Counted.number(whatIf.before())
        + " -> "
        + (whatIf.isReplayed() ? "" : "about ")
        + Counted.of(whatIf.after(), "VMA")
        + (whatIf.isReplayed() ? " (the changed history was replayed)" : " (an estimate)");
  }

  /** What the reader has to know. */
  static List<String> notes(Explained explained) {
    SnapshotOrigin origin = explained.explanation().snapshot().origin();
    List<String> notes = new ArrayList<>(origin.notes());
    notes.addAll(explained.notes());
    if (origin.detail() == Detail.MAPS) {
      notes.add(
          "maps shows permissions and names only: flags (hugepage advice, NORESERVE, locks, ...) and"
              + " anonymous pages are in smaps.");
    }
    return notes;
  }

  static String percent(double share) {
    double percent = 100 * share;
    return percent > 0 && percent < 0.1
        ? "less than 0.1 %"
        : String.format(Locale.ROOT, percent < 10 ? "%.1f %%" : "%.0f %%", percent);
  }
}
