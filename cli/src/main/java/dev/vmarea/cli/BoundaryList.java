// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.snapshot.Snapshot;
import java.io.PrintStream;

/** Every boundary, one line each: address, cause, reasons, how that is known, the area above. */
record BoundaryList(PrintStream to) {
  void print(Explanation explanation) {
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
              + AreaText.line(snapshot, i + 1));
    }
  }
}
