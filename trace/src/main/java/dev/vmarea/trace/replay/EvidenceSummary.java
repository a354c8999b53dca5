// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

/**
 * How it is known which memory was written before it was merged or split.
 *
 * @param observed write faults that the log has, in order
 * @param seen areas found to hold anonymous pages, without the order in which they were written
 * @param inferred conclusions without evidence: faults of unknown kind taken as writes, and
 *     boundaries of the expected map that only the history of writes explains
 * @param grown growths of a stack that the log has
 * @param recorded whether the log has evidence at all
 */
public record EvidenceSummary(
    long observed, long seen, long inferred, long grown, boolean recorded) {
  /** Whether anything is known. */
  public boolean isAny() {
    return observed + seen + inferred + grown > 0;
  }
}
