// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailureRun;
import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.space.Kernel;
import dev.vmarea.trace.evidence.FailingSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Lets steps of a script's next call fail, and tells which of them were not on its way. */
final class ScriptFailures {
  private final Kernel kernel;
  private final WarningLog warnings;
  private final List<Occurrence> wanted = new ArrayList<>();

  ScriptFailures(Kernel kernel, WarningLog warnings) {
    this.kernel = kernel;
    this.warnings = warnings;
  }

  /** Something that a line of the script does. */
  @FunctionalInterface
  interface Action {
    void run() throws RecordingException;
  }

  /** These fail on the way of what is done next. */
  void add(FailingSteps line) {
    wanted.addAll(line.steps());
  }

  /** Whether steps of what is done now, or next, fail. */
  boolean isAny() {
    return !wanted.isEmpty();
  }

  /** Does it, with what was asked for failing. */
  void during(Action action) throws RecordingException {
    if (wanted.isEmpty()) {
      action.run();
      return;
    }
    FailureRun run = new FailureRun(wanted);
    kernel.failures(run);
    try {
      action.run();
    } finally {
      kernel.failures(FailurePlan.NONE);
      List<Occurrence> missed = new ArrayList<>(wanted);
      wanted.clear();
      missed.removeAll(run.path());
      if (!missed.isEmpty()) {
        note(missed, run.path());
      }
    }
  }

  /** The script ends: what was to fail next fails nowhere. */
  void end() {
    if (!wanted.isEmpty()) {
      note(wanted, List.of());
    }
  }

  private void note(List<Occurrence> missed, List<Occurrence> path) {
    String text = "nothing failed at " + joined(missed) + ": the call ";
    text += path.isEmpty() ? "passes no failure point" : "passes only " + joined(path);
    warnings.add(new KernelWarning(KernelWarning.Kind.NOTE, text));
  }

  private static String joined(List<Occurrence> steps) {
    return steps.stream().map(Occurrence::toString).collect(Collectors.joining(", "));
  }
}
