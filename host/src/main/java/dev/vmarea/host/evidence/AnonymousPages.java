// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

/** Tells whether a range of one address space holds anonymous pages. Not thread-safe. */
interface AnonymousPages extends AutoCloseable {
  /** The answer. */
  enum Presence {
    /** There is at least one, so the VMA has an anon_vma. */
    PRESENT,
    /**
     * There is none, but the huge zero page is: a read mapped it, and the VMA has an anon_vma all
     * the same.
     */
    HUGE_ZERO,
    /** There is none now. */
    ABSENT,
    /** It cannot be told. */
    UNKNOWN
  }

  /**
   * Whether [start, end), page-aligned and inside {@code vma}, holds an anonymous page, in memory
   * or swapped out; the zero page is none.
   */
  Presence in(VmaBounds vma, long start, long end);

  /** Which source this is. */
  FaultEvidence.PresenceKind kind();

  @Override
  void close();
}
