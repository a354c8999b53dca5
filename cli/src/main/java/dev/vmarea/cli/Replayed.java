// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.replay.Recording;
import dev.vmarea.trace.replay.ReplayReport;
import dev.vmarea.trace.strace.StraceProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replay that was done, and what a report on it needs to know besides.
 *
 * @param source what was replayed, for people
 * @param recording the recording, or null for a mere log
 * @param report what the replay found
 * @param problems the first lines that were not understood
 */
record Replayed(
    String source,
    @Nullable Recording recording,
    ReplayReport report,
    List<StraceProblem> problems) {

  /** Lines kept that were not understood. */
  static final int MAX_PROBLEMS = 20;

  Replayed {
    problems = List.copyOf(problems);
  }

  /** The status that the command ends with: a finding if something differs or breaks. */
  int exitCode() {
    boolean found = Boolean.FALSE.equals(report.identical()) || report.isBroken();
    return found ? ExitCode.FINDING : ExitCode.OK;
  }

  /** Name of the signal that killed the first process, or null. */
  @Nullable String signal() {
    Recording r = recording;
    String signal = r == null ? null : r.signal();
    return signal == null ? null : SignalNames.of(signal);
  }

  /** The recorded command for people, each argument escaped; empty if it is not known. */
  String command() {
    Recording r = recording;
    if (r == null) {
      return "";
    }
    return r.redacted() ? "(a redacted command)" : ShellWords.join(r.command());
  }
}
