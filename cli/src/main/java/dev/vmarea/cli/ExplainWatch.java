// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.explain.Explainer;
import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.Totals;
import dev.vmarea.explain.cause.Cause;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code explain --watch}: a living process again and again, with how fast it grows. On a terminal
 * the table stays where it is; elsewhere each look is a line.
 */
final class ExplainWatch {
  private static final int CAUSES = 8;

  private final Console console;
  private final @Nullable Profile profile;
  private int lines;

  ExplainWatch(Console console, @Nullable Profile profile) {
    this.console = console;
    this.profile = profile;
  }

  /**
   * Looks until the process ends or the user has had enough.
   *
   * @param seconds between looks
   * @param looks how many at most; 0 for no end
   */
  int run(String pid, double seconds, int looks) throws IOException {
    long first = 0;
    int firstVmas = 0;
    for (int look = 0; looks == 0 || look < looks; look++) {
      Explanation explanation;
      try {
        explanation = Explainer.explain(ExplainSource.process(pid), profile);
      } catch (CliException ended) {
        if (look == 0) {
          throw ended;
        }
        console.out().println("the process has ended");
        return ExitCode.OK;
      }
      long now = System.nanoTime();
      if (look == 0) {
        first = now;
        firstVmas = explanation.totals().vmas();
      }
      show(explanation, (now - first) / 1e9, explanation.totals().vmas() - firstVmas);
      console.out().flush();
      if (looks == 0 || look + 1 < looks) {
        pause(seconds);
      }
    }
    return ExitCode.OK;
  }

  private static void pause(double seconds) {
    try {
      Thread.sleep((long) (seconds * 1000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void show(Explanation explanation, double seconds, int grown) {
    Totals totals = explanation.totals();
    double rate = seconds < 0.5 ? 0 : grown / seconds;
    String head = "VMAs " + ExplainTotals.vmas(totals) + ", " + rate(rate) + eta(totals, rate);
    if (!Terminal.output()) {
      console.out().println(head + ", most by " + top(explanation));
      return;
    }
    StringBuilder text = new StringBuilder();
    if (lines > 0) {
      text.append("\033[").append(lines).append("A");
    }
    line(text, head);
    lines = 1;
    for (Cause cause : explanation.causes().ranked().stream().limit(CAUSES).toList()) {
      line(
          text,
          String.format(
              Locale.ROOT,
              "%10s  %s",
              Counted.number(cause.boundaries()),
              Console.printable(cause.title())));
      lines++;
    }
    console.out().print(text);
  }

  private static void line(StringBuilder text, String line) {
    int columns = Terminal.outputColumns();
    text.append(line, 0, Math.min(line.length(), columns)).append("\033[K\n");
  }

  private static String top(Explanation explanation) {
    return explanation.causes().ranked().stream()
        .findFirst()
        .map(cause -> cause.id() + " (" + Counted.number(cause.boundaries()) + ")")
        .orElse("nothing");
  }

  private static String rate(double rate) {
    return String.format(Locale.ROOT, "%+.1f a second", rate);
  }

  private static String eta(Totals totals, double rate) {
    if (rate <= 0 || totals.vmas() >= totals.limit()) {
      return "";
    }
    long seconds = (long) ((totals.limit() - totals.vmas()) / rate);
    return ", at the limit in "
        + (seconds < 120
            ? seconds + " s"
            : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h");
  }
}
