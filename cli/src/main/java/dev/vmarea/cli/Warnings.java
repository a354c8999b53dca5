// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.strace.StraceProblem;

/** What a reader should know of the input, on the error stream. */
final class Warnings {
  private static final int SHOWN = 5;

  private Warnings() {}

  /** The first lines that were not understood. */
  static void problems(Replayed replayed, Console console) {
    int shown = Math.min(SHOWN, replayed.problems().size());
    for (StraceProblem problem : replayed.problems().subList(0, shown)) {
      console.warning(problem.toString());
    }
    long more = replayed.report().problems() - shown;
    if (more > 0) {
      console.warning(
          (shown > 0 ? "and " : "") + more + " more lines of the log are not understood");
    }
  }
}
