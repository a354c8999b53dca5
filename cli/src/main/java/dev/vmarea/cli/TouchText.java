// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.replay.TouchSummary;
import dev.vmarea.trace.replay.TouchSummary.Difference;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;

/** How the pages of a replay compare, for people. */
final class TouchText {
  private static final int SHOWN = 12;

  private TouchText() {}

  static void print(ReportPage page, TouchSummary touch) {
    page.gap();
    page.heading(
        "Pages: "
            + Counted.of(touch.touches(), "fault")
            + " made, "
            + Counted.of(touch.areas(), "area")
            + " compared");
    page.line(share("Rss", touch.equalRss(), touch.rssKnown()));
    page.line(share("Anonymous", touch.equalAnonymous(), touch.areas()));
    page.line(share("VmFlags", touch.equalFlags(), touch.areas()));
    touch.reasons().entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.comparingInt(Enum::ordinal)))
        .forEach(reason ->
            page.sentence(
                Counted.of(reason.getValue(), "area differs by ", "areas differ by ")
                    + reason.getKey().text()));
    int shown = 0;
    for (Difference difference : touch.differences()) {
      if (shown++ == SHOWN) {
        page.line(
            "and more areas (--json has the first " + TouchSummary.MOST_DIFFERENCES + " of them)");
        return;
      }
      page.line(
          "  kernel "
              + pages(difference.rss(), difference.anonymous())
              + "  model "
              + pages(difference.modelRss(), difference.modelAnonymous())
              + "  "
              + Console.printable(difference.area()));
    }
  }

  private static String share(String name, long equal, long of) {
    return String.format(Locale.ROOT, "%-10s the same in %,d of %,d", name, equal, of);
  }

  private static String pages(long rss, long anonymous) {
    return String.format(
        Locale.ROOT, "%6s kB, %d anonymous", rss < 0 ? "?" : Long.toString(rss), anonymous);
  }
}
