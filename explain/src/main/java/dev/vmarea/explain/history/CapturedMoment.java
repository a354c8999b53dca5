// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Verdicts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one moment. The array is not changed any more.
 *
 * @param line of the log
 * @param snapshot the areas
 * @param verdicts on their boundaries
 * @param sites the call that made each boundary, or null
 * @param groups those calls by their shape
 * @param growth the number of VMAs until then
 */
@SuppressWarnings("ArrayRecordComponent")
record CapturedMoment(
    long line,
    Snapshot snapshot,
    Verdicts verdicts,
    @Nullable CallSite[] sites,
    List<CallGroup> groups,
    Growth growth) {

  static CapturedMoment of(
      long line, Snapshot snapshot, Verdicts verdicts, BoundaryOrigins origins, Growth growth) {
    @Nullable CallSite[] sites = new CallSite[verdicts.size()];
    Map<String, CallGroup> groups = new HashMap<>();
    for (int i = 0; i < sites.length; i++) {
      Origin origin = origin(snapshot, origins, i);
      if (origin != null) {
        sites[i] = origin.site();
        groups.merge(
            CallShape.of(origin),
            new CallGroup(CallShape.of(origin), 1, origin.site()),
            CapturedMoment::together);
      }
    }
    List<CallGroup> ranked = new ArrayList<>(groups.values());
    ranked.sort(
        Comparator.comparingInt(CallGroup::boundaries)
            .reversed()
            .thenComparingLong(group -> group.first().line()));
    return new CapturedMoment(line, snapshot, verdicts, sites, List.copyOf(ranked), growth);
  }

  // A hole has two edges: whoever made the later one made the two areas neighbours.
  private static @Nullable Origin origin(Snapshot snapshot, BoundaryOrigins origins, int i) {
    Origin upper = origins.at(snapshot.start(i + 1));
    Origin lower = origins.at(snapshot.end(i));
    if (upper == null || lower == null) {
      return upper == null ? lower : upper;
    }
    return upper.site().line() >= lower.site().line() ? upper : lower;
  }

  private static CallGroup together(CallGroup a, CallGroup b) {
    return new CallGroup(
        a.shape(),
        a.boundaries() + b.boundaries(),
        a.first().line() <= b.first().line() ? a.first() : b.first());
  }
}
