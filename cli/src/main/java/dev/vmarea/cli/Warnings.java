// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.KernelWarning;
import dev.vmarea.trace.replay.ReplayWarning;
import dev.vmarea.trace.strace.StraceProblem;

/** What a reader should know of the input, on the error stream. */
final class Warnings {
  private static final int SHOWN = 5;

  private Warnings() {}

  /** What a reader should know: lines not understood, and what the model's kernel warns of. */
  static void print(Replayed replayed, Console console) {
    problems(replayed, console);
    int shown = Math.min(SHOWN, replayed.report().warnings().size());
    for (ReplayWarning warning : replayed.report().warnings().subList(0, shown)) {
      console.warning(
          replayed.source()
              + ":"
              + warning.line()
              + ": the kernel "
              + consequence(warning.warning().kind())
              + ": "
              + warning.warning().text());
    }
    long more = replayed.report().warningCount() - shown;
    if (more > 0) {
      console.warning("and " + more + " more warnings of the kernel (--json has more of them)");
    }
  }

  private static String consequence(KernelWarning.Kind kind) {
    return switch (kind) {
      case NOTE -> "notes";
      case RULE -> "warns";
      case BUG -> "stops the thread (BUG)";
      case SELF_DEADLOCK -> "waits for itself";
      case USE_AFTER_FREE -> "uses freed memory";
      case DOUBLE_DETACH -> "takes a VMA out twice";
      case UNBALANCED_UNLOCK -> "unlocks what is not locked";
    };
  }

  private static void problems(Replayed replayed, Console console) {
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
