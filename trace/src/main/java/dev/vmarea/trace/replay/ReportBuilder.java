// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts the report of a replay together, with what its reader has to know. */
final class ReportBuilder {
  private final ReplaySettings settings;
  private final FileCalls files;
  private final MemoryReplayer memoryCalls;
  private final ProcessEnd ends;
  private final EvidenceReplay evidence;
  private final DivergenceLog divergences;
  private final FinalComparison comparison;
  private final WarningLog warnings;
  private final @Nullable UsageComparison usage;

  ReportBuilder(
      ReplaySettings settings,
      FileCalls files,
      MemoryReplayer memoryCalls,
      ProcessEnd ends,
      EvidenceReplay evidence,
      DivergenceLog divergences,
      FinalComparison comparison,
      WarningLog warnings,
      @Nullable UsageComparison usage) {
    this.settings = settings;
    this.files = files;
    this.memoryCalls = memoryCalls;
    this.ends = ends;
    this.evidence = evidence;
    this.divergences = divergences;
    this.comparison = comparison;
    this.warnings = warnings;
    this.usage = usage;
  }

  /**
   * The report.
   *
   * @param cutOffLine number of the line that the log ends inside of, or 0
   * @param script whether the first process began, and stayed, without a map of a program
   */
  ReplayReport build(
      long calls, long problems, Timeline timeline, long cutOffLine, boolean script) {
    List<Integer> samples = new ArrayList<>();
    for (int sample : timeline.samples()) {
      samples.add(sample);
    }
    return new ReplayReport(
        calls,
        memoryCalls.memoryCalls(),
        memoryCalls.skippedCalls(),
        ends.vmasOfFirst(),
        ends.peakVmas(),
        samples,
        ends.outcomes(),
        ends.processCount(),
        divergences.kept(),
        divergences.count(),
        evidence.summary(),
        problems,
        notes(cutOffLine, script),
        ends.finalMapOfFirst(),
        comparison.compared(),
        comparison.different(),
        settings.profile().name(),
        script,
        warnings.kept(),
        warnings.count(),
        warnings.bad(),
        ends.pageTablesOfFirst(),
        usage == null ? null : usage.summary());
  }

  private List<String> notes(long cutOffLine, boolean script) {
    List<String> notes = new ArrayList<>(settings.notes());
    if (script) {
      notes.add("No starting map: the process begins with nothing mapped.");
    }
    boolean filled = settings.touch() || !settings.mounts().entries().isEmpty();
    if (settings.pageTables() && !filled) {
      notes.add(
          "The page tables hold what drivers put there; a replay has no pages of ordinary memory.");
    }
    if (usage != null && usage.summary().touches() == 0) {
      notes.add(
          "The recording has no page faults to make: vmarea run --touch --save DIR records them.");
    }
    if (ends.tablesLost()) {
      notes.add(
          "A call that should have failed did not; it was undone, and the page tables were lost by"
              + " that.");
    }
    if (evidence.unanswered() > 0) {
      notes.add(
          evidence.unanswered()
              + " faults in mappings of drivers got no entry (the access is not allowed, or SIGBUS).");
    }
    if (cutOffLine > 0) {
      notes.add("The log ends inside line " + cutOffLine + ", which was not replayed.");
    }
    EvidenceSummary known = evidence.summary();
    if (!known.recorded() && !script) {
      notes.add(
          "The log has no evidence of writes to memory: private writable memory counts as written"
              + " only where a later merge shows it"
              + (known.inferred() > 0
                  ? " (" + known.inferred() + " boundaries of the expected map were taken as such)."
                  : "."));
    }
    if (memoryCalls.skippedCalls() > 0) {
      notes.add(
          memoryCalls.skippedCalls()
              + " memory calls were not modelled, because the log does not tell the memory they"
              + " worked on (a program executed without a map).");
    }
    if (memoryCalls.unmodelled() > 0) {
      notes.add(memoryCalls.unmodelled() + " calls are of kinds that are not modelled.");
    }
    if (memoryCalls.unjudged() > 0) {
      notes.add(
          memoryCalls.unjudged()
              + " results depend on what no log shows (page contents, ends of files, huge pages)"
              + " and were taken from the log.");
    }
    if (memoryCalls.randomPlacements() > 0) {
      notes.add(
          memoryCalls.randomPlacements()
              + " addresses of MAP_32BIT mappings are random by design and were taken from the"
              + " log.");
    }
    if (files.userfaults() > 0) {
      notes.add(
          "A userfaultfd was made; memory registered with it is not followed, so areas may differ"
              + " without a call that does.");
    }
    if (files.unknownDescriptors() > 0) {
      notes.add(
          files.unknownDescriptors()
              + " mapped descriptors were never opened in the log: missing evidence for their"
              + " names.");
    }
    boolean different = comparison.different() > 0;
    if (files.pathsAsGiven() > 0 && different) {
      notes.add(
          "The log was written without -y, so file names are as the program gave them: missing"
              + " evidence for links.");
    }
    if (comparison.stackGrowthMissing() && known.grown() == 0) {
      notes.add("A stack grew, which no call shows: missing evidence of page faults.");
    }
    return notes;
  }
}
