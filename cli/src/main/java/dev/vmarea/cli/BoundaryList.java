// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.history.CallSite;
import dev.vmarea.explain.history.History;
import dev.vmarea.explain.snapshot.Snapshot;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Every boundary, one line each: address, cause, reasons, how that is known, the area above. */
record BoundaryList(PrintStream to) {
  void print(Explained explained) {
    Explanation explanation = explained.explanation();
    History history = explained.history();
    Snapshot snapshot = explanation.snapshot();
    for (int i = 0; i < explanation.verdicts().size(); i++) {
      to.println(
          "0x"
              + Long.toHexString(snapshot.start(i + 1))
              + "  "
              + explanation.causes().of(i).id()
              + "  "
              + explanation.verdicts().evidence(i).word()
              + ": "
              + ExplainText.reasons(explanation.verdicts(), i)
              + "  "
              + AreaText.line(snapshot, i + 1)
              + madeBy(history == null ? null : history.site(i)));
    }
  }

  private static String madeBy(@Nullable CallSite site) {
    return site == null ? "" : "  by line " + site.line() + ": " + Console.printable(site.text());
  }
}
