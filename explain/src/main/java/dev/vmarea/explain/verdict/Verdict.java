// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.verdict;

import java.util.EnumSet;

/**
 * Why two neighbours are two VMAs. Immutable but for the set, which is the caller's.
 *
 * @param reasons all that hold, at least one
 * @param evidence how that is known
 * @param flags those in which they differ and that count for merging, a set of VmFlags, permissions
 *     included
 */
public record Verdict(EnumSet<Reason> reasons, Evidence evidence, long flags) {
  /** The one to name first. */
  public Reason first() {
    return reasons.iterator().next();
  }

  /** Whether they would merge but for this. */
  public boolean isOnly(Reason reason) {
    return reasons.size() == 1 && reasons.contains(reason);
  }
}
