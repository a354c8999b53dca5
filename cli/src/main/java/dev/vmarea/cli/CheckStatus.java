// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.workbench.CheckProgress;
import java.util.Locale;

/** The line on a terminal that shows how far a check is. Thread-safe. */
final class CheckStatus {
  private static final long STEP_NANOS = 200_000_000L;

  private final Console console;
  private final long started = System.nanoTime();
  private long next = started;
  private boolean shown;

  CheckStatus(Console console) {
    this.console = console;
  }

  synchronized void show(CheckProgress progress) {
    long now = System.nanoTime();
    if (!console.errTerminal() || now - next < 0) {
      return;
    }
    next = now + STEP_NANOS;
    shown = true;
    double left = progress.secondsLeft((now - started) / 1e9);
    String line =
        String.format(
            Locale.ROOT,
            "vmarea: %,d combinations (%,.0f/s), %d findings%s, %s %s",
            progress.done(),
            progress.perSecond(),
            progress.findings(),
            left < 0 ? "" : String.format(Locale.ROOT, ", %.0f s left", left),
            progress.subject().kind().id(),
            progress.part().id());
    int width = Terminal.errorColumns() - 1;
    String cut = line.substring(0, Math.min(width, line.length()));
    console.err().print("\r" + cut + "\033[K");
    console.err().flush();
  }

  synchronized void clear() {
    if (shown) {
      console.err().print("\r\033[K");
      console.err().flush();
    }
  }
}
