// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.cli.Console.Style;
import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.cause.Cause;
import dev.vmarea.explain.history.CallSite;
import dev.vmarea.explain.history.History;
import dev.vmarea.explain.snapshot.Detail;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Reason;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/** One boundary: its two VMAs side by side, attribute by attribute, and what the rule says. */
record BoundaryText(ReportPage page) {
  private static final int LABEL = 16;

  /** The boundary at an address: where an area begins there, else the one below its area. */
  static int find(Explanation explanation, long address) {
    Snapshot snapshot = explanation.snapshot();
    int area = snapshot.find(address);
    if (area == snapshot.size() || explanation.verdicts().size() == 0) {
      throw CliException.usage(
          "--boundary 0x"
              + Long.toHexString(address)
              + ": no VMA there or above it, so no boundary (there are "
              + Counted.of(snapshot.size(), "VMA")
              + ")");
    }
    // The end of an area is the boundary above it.
    boolean isEnd = area > 0 && snapshot.end(area - 1) == address;
    int boundary = isEnd || snapshot.start(area) == address ? area - 1 : area;
    return Math.clamp(boundary, 0, explanation.verdicts().size() - 1);
  }

  void print(Explained explained, int boundary) {
    Explanation explanation = explained.explanation();
    Snapshot snapshot = explanation.snapshot();
    page.heading("Boundary at 0x" + Long.toHexString(snapshot.start(boundary + 1)));
    row("", "below", "above", Style.FAINT);
    int i = boundary;
    attribute("range", i, n -> AreaText.range(snapshot, n));
    attribute("length", i, n -> Counted.bytes(snapshot.length(n)));
    compared("permissions", i, n -> AreaText.permissions(snapshot.flags(n)));
    if (snapshot.origin().detail() != Detail.MAPS) {
      compared("flags", i, n -> VmFlags.mnemonics(explained(explanation, snapshot.flags(n))));
    }
    compared("shows", i, n -> shows(snapshot, n));
    if (snapshot.object(i).isFile() || snapshot.object(i + 1).isFile()) {
      attribute("offset", i, n -> "0x" + Long.toHexString(snapshot.offset(n)));
    }
    attribute("anonymous", i, n -> pages(snapshot.anonymousPages(n)));
    attribute("in memory", i, n -> pages(snapshot.residentPages(n)));
    page.gap();
    Cause cause = explanation.causes().of(boundary);
    page.row("apart by", ExplainText.reasons(explanation.verdicts(), boundary), Style.BOLD);
    page.row("known", explanation.verdicts().evidence(boundary).word());
    page.row("rule", rule(explanation.verdicts().first(boundary)));
    page.row("of", ExplainTotals.rules(explanation));
    page.row("cause", Console.printable(cause.title()));
    History history = explained.history();
    if (history != null) {
      CallSite site = history.site(boundary);
      page.row(
          "made by",
          site == null
              ? "no call of the log: it was there from the beginning, or a stack grew"
              : "line "
                  + site.line()
                  + ", pid "
                  + site.pid()
                  + ": "
                  + Console.printable(site.text()));
    }
  }

  private static long explained(Explanation explanation, long flags) {
    return flags & ~explanation.profile().stickyFlags();
  }

  private static String shows(Snapshot snapshot, int i) {
    String name = AreaText.name(snapshot.object(i));
    return name.isEmpty() ? "anonymous memory" : name;
  }

  private static String pages(long pages) {
    return pages == Snapshot.UNKNOWN ? "not known" : Counted.bytes(Pages.bytes(pages));
  }

  private void attribute(String label, int i, IntFunction<String> of) {
    row(label, of.apply(i), of.apply(i + 1));
  }

  private void compared(String label, int i, IntFunction<String> of) {
    String below = of.apply(i);
    String above = of.apply(i + 1);
    if (below.equals(above)) {
      row(label, below, above + "  (equal)");
    } else {
      row(label, below, above + "  (differs)", Style.YELLOW);
    }
  }

  private void row(String label, String below, String above, Style... styles) {
    int width = Math.max(12, (page.columns() - LABEL - 6) / 2);
    List<String> left = ReportPage.wrap(below, width);
    List<String> right = ReportPage.wrap(above, width);
    for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
      String text =
          String.format(
              Locale.ROOT,
              "%-" + LABEL + "s%-" + width + "s  %s",
              i == 0 ? label : "",
              i < left.size() ? left.get(i) : "",
              i < right.size() ? right.get(i) : "");
      for (Style style : styles) {
        text = page.styled(style, text);
      }
      page.line(text.stripTrailing());
    }
  }

  /** What Linux asks of two neighbours, where this is the answer. */
  private static String rule(Reason reason) {
    return switch (reason) {
      case HOLE -> "Only VMAs that touch can merge.";
      case SPECIAL -> "VMAs of devices and of the kernel itself (VM_SPECIAL, close) never merge.";
      case OBJECT, OPENED_TWICE -> "Both must map the same open file, or none.";
      case SHARING, PROTECTION, FLAGS ->
          "All flags must be equal, but for those that merging ignores (a guard marker, soft-dirty).";
      case OFFSET -> "The second must continue the first: same file, next page offset.";
      case NAME -> "Names given by prctl(PR_SET_VMA_ANON_NAME) must be equal.";
      case POLICY -> "Memory policies given by mbind must be equal.";
      case USERFAULT -> "Both must be registered with the same userfaultfd, or none.";
      case CLOSE_HOOK -> "A VMA with a close callback is not deleted by a merge.";
      case ANON_VMA ->
          "Anonymous pages belong to an identity (anon_vma) that a VMA gets with its first write;"
              + " two VMAs that got different ones never merge.";
      case NO_OCCASION ->
          "They could merge, but Linux tries only in the call that makes or changes a VMA, and none"
              + " has touched this boundary since.";
      case UNSEEN ->
          "Everything that can be read is equal. Linux would have merged them, unless they were"
              + " written apart (and the pages are gone), opened twice, moved by mremap, or have"
              + " different memory policies.";
    };
  }
}
