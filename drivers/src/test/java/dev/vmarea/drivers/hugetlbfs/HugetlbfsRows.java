// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Scenario;

/**
 * How rows for hugetlbfs are made. What is held is told in one word each: r pages reserved in the
 * pool, u used of the mount's share, k kept as its minimum, c charged to the group, m private maps,
 * l locks of VMAs.
 */
final class HugetlbfsRows {
  private HugetlbfsRows() {}

  /** Steps with huge pages. */
  @FunctionalInterface
  interface Steps {
    String run(HugePages it) throws ErrnoException;
  }

  static Scenario row(String id, String what, Steps steps) {
    return Scenario.of(id, what, HugetlbfsKind.INSTANCE, lab -> steps.run(new HugePages(lab)));
  }

  /** The same for all hooks, the one that landed included. */
  static Scenario all(Scenario row, String outcome) {
    return columns(row, outcome, outcome, outcome);
  }

  /** Outcomes of the old hook and of the port as it should be; as posted; as it landed. */
  static Scenario columns(Scenario row, String right, String posted, String landed) {
    return row.legacy(right)
        .posted(posted)
        .expect("landed", "v5", Profile.LINUX_6_19, landed, false)
        .correct(right);
  }
}
