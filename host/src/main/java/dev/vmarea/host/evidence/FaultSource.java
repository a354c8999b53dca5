// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.evidence.FaultEvidence.FaultKind;
import org.jspecify.annotations.Nullable;

/**
 * The best stream of faults that this host permits.
 *
 * @param kind which
 * @param faults the stream, null for none
 * @param limitation why it is not a better one, empty for the best
 */
record FaultSource(FaultKind kind, @Nullable PerfFaults faults, String limitation) {
  /** Before a process is attached, and where nothing is permitted. */
  static final FaultSource NONE =
      new FaultSource(
          FaultKind.NONE,
          null,
          "page faults are not permitted to be observed (perf_event_paranoid, CAP_PERFMON)");

  /**
   * Opens it for a process that has one thread.
   *
   * @param best the best kind that may be tried
   * @param reads whether reads are wanted too
   */
  static FaultSource open(
      final FaultKind best, final int pid, final long pageSize, final boolean reads) {
    PerfFaults faults =
        best == FaultKind.TRACEPOINT ? PerfFaults.tracepoints(pid, pageSize, reads) : null;
    if (faults != null) {
      return new FaultSource(FaultKind.TRACEPOINT, faults, "");
    }
    faults = best == FaultKind.NONE ? null : PerfFaults.software(pid, pageSize);
    if (faults == null) {
      return NONE;
    }
    String limitation =
        "the page-fault tracepoints are not to be had (tracefs, CAP_PERFMON): reads and writes are"
            + " told apart by presence";
    if (!faults.kernelAccesses()) {
      limitation += "; faults of the kernel's own accesses are not seen";
    }
    return new FaultSource(FaultKind.PERF, faults, limitation);
  }
}
