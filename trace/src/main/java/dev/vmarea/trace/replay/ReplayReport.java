// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.pagetable.PageTableImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a replay found. Immutable.
 *
 * @param calls calls in the log, of any kind
 * @param memoryCalls memory calls replayed and compared
 * @param skippedCalls memory calls not replayed, because the memory of their process was not known
 * @param vmas areas of the first process at the end
 * @param peakVmas most areas of any process after any call
 * @param timeline areas of the first process over its memory calls, at most 512 samples
 * @param processes the processes, in order of their end, at most {@link #MAX_PROCESSES}
 * @param processCount number of processes, kept or not
 * @param divergences the first divergences, in order
 * @param divergenceCount number of divergences, kept or not
 * @param evidence what is known about writes to memory
 * @param problems number of lines that could not be understood
 * @param notes what a reader of the result has to know, a sentence each
 * @param comparedMaps final maps compared with an expected one
 * @param differentMaps those of them that differ
 * @param finalMap the first process's final map in the model (bytes as ISO-8859-1), or null when
 *     its memory is not known
 * @param profile name of the profile
 * @param script whether it was a script, which begins with nothing mapped
 * @param warnings warnings of the model's kernel
 * @param warningCount their number, kept or not
 * @param brokenCount how many of them are more than notes: what must hold does not
 * @param pageTables the first process's, if they were wanted and are known
 * @param touch how pages compare, if recorded faults were made
 */
public record ReplayReport(
    long calls,
    long memoryCalls,
    long skippedCalls,
    int vmas,
    int peakVmas,
    List<Integer> timeline,
    List<ProcessOutcome> processes,
    long processCount,
    List<Divergence> divergences,
    long divergenceCount,
    EvidenceSummary evidence,
    long problems,
    List<String> notes,
    @Nullable String finalMap,
    long comparedMaps,
    long differentMaps,
    String profile,
    boolean script,
    List<ReplayWarning> warnings,
    long warningCount,
    long brokenCount,
    @Nullable PageTableImage pageTables,
    @Nullable TouchSummary touch) {

  /** Processes kept in a report. */
  public static final int MAX_PROCESSES = 1000;

  public ReplayReport {
    timeline = List.copyOf(timeline);
    processes = List.copyOf(processes);
    divergences = List.copyOf(divergences);
    notes = List.copyOf(notes);
    warnings = List.copyOf(warnings);
  }

  /** Whether it was a script that breaks something: an invariant, a balance, a kernel's rule. */
  public boolean isBroken() {
    return script && brokenCount > 0;
  }

  /**
   * True if the final map of every process compared is byte-equal and no call diverged, false if
   * not, null if there was nothing to compare.
   */
  public @Nullable Boolean identical() {
    if (divergenceCount > 0 || differentMaps > 0) {
      return false;
    }
    return comparedMaps > 0 ? Boolean.TRUE : null;
  }
}
