// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * Which steps fail on purpose (decision D4). Every step that can fail asks; {@link #NONE} never
 * fails. {@link FailureRun} goes through all of them.
 */
@FunctionalInterface
public interface FailurePlan {
  /** A step that can fail. */
  enum Point {
    /** Allocation of a VMA. */
    VMA,
    /** Reservation of tree nodes. */
    TREE_NODE,
    /** Cloning of an anonymous-memory chain. */
    ANON_CLONE,
    /** Commit charge. */
    COMMIT,
    /** A page-table page. */
    PAGE_TABLE,
    /** What a file's hook needs inside: it says ENOMEM. */
    HOOK,
    /** Reserving page frames against conflicting cache attributes: EINVAL. */
    PFN_RESERVE,
    /** The object that keeps such a reservation. */
    PFN_CONTEXT,
    /** What a success hook or {@code mapped} needs inside: it says ENOMEM. */
    MAPPED
  }

  /** Nothing fails. */
  FailurePlan NONE = point -> false;

  /** Whether this occurrence of {@code point} fails. */
  boolean fails(Point point);

  /** Only the {@code occurrence}th time (from 1) that {@code point} is passed it fails. */
  static FailurePlan nth(Point point, int occurrence) {
    return new FailureRun(point, occurrence);
  }
}
