// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.fuzz.Progress;
import java.util.Locale;

/** The line on a terminal that shows how far a campaign is. */
final class FuzzStatus {
  private final Console console;
  private boolean shown;

  FuzzStatus(Console console) {
    this.console = console;
  }

  void show(Progress progress) {
    if (!console.errTerminal()) {
      return;
    }
    shown = true;
    console
        .err()
        .print(
            String.format(
                Locale.ROOT,
                "\rvmarea: %,d calls (%,.0f/s), %,d sequences, %,d of %,d branches, %,d outcomes,"
                    + " %,d layouts, %d differences\033[K",
                progress.calls(),
                progress.callsPerSecond(),
                progress.sequences(),
                progress.branches(),
                progress.allBranches(),
                progress.outcomes(),
                progress.states(),
                progress.divergences().size()));
    console.err().flush();
  }

  void clear() {
    if (shown) {
      console.err().print("\r\033[K");
      console.err().flush();
    }
  }
}
