// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

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
    MAPPED;

    /** Its name in scripts: lower case with dashes. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The point with this name.
     *
     * @throws IllegalArgumentException naming all, if there is none
     */
    public static Point named(String id) {
      for (Point point : values()) {
        if (point.id().equals(id)) {
          return point;
        }
      }
      throw new IllegalArgumentException(
          "no failure point "
              + id
              + "; known: "
              + Arrays.stream(values()).map(Point::id).collect(Collectors.joining(", ")));
    }
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
