// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain;

import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.snapshot.SnapshotOrigin;

/**
 * What an address space amounts to. Immutable.
 *
 * @param vmas number of VMAs
 * @param limit vm.max_map_count, the usual one if it is not known
 * @param limitKnown whether it is known
 * @param mappedBytes length of all of them
 * @param residentBytes pages present, or {@link Snapshot#UNKNOWN}
 */
public record Totals(
    int vmas, long limit, boolean limitKnown, long mappedBytes, long residentBytes) {
  /** The totals of a snapshot. */
  public static Totals of(Snapshot snapshot) {
    long mapped = 0;
    long resident = 0;
    boolean known = true;
    for (int i = 0; i < snapshot.size(); i++) {
      mapped += snapshot.length(i);
      known &= snapshot.residentPages(i) >= 0;
      resident += snapshot.residentPages(i) << 12;
    }
    long limit = snapshot.origin().maxMapCount();
    return new Totals(
        snapshot.size(),
        limit < 0 ? SnapshotOrigin.USUAL_MAX_MAP_COUNT : limit,
        limit >= 0,
        mapped,
        known ? resident : Snapshot.UNKNOWN);
  }

  /** Share of the limit that is used, 1 at the limit. */
  public double share() {
    return limit == 0 ? 1 : (double) vmas / limit;
  }
}
