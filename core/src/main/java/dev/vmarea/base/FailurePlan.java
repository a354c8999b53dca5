// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * Which steps fail on purpose (decision D4). Every step that can fail for lack of memory asks;
 * {@link #NONE} never fails.
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
    /** A page-table page, while moving page tables. */
    PAGE_TABLE
  }

  /** Nothing fails. */
  FailurePlan NONE = point -> false;

  /** Whether this occurrence of {@code point} fails. */
  boolean fails(Point point);
}
