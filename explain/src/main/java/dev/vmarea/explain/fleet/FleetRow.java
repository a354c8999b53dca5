// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.fleet;

import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.Totals;
import dev.vmarea.explain.cause.Cause;
import dev.vmarea.explain.snapshot.Detail;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is to be said of one snapshot of many. Immutable.
 *
 * @param source the file
 * @param vmas its VMAs; 0 if it could not be read
 * @param limit the limit that they count against
 * @param share share of it, 1 at the limit
 * @param mappedBytes length of all of them
 * @param saves VMAs that the remedies of its causes would remove, by an estimate
 * @param detail {@code maps} or {@code smaps}
 * @param causes those with most boundaries, at most {@link #CAUSES}
 * @param error why it could not be read; empty if it could
 */
public record FleetRow(
    String source,
    int vmas,
    long limit,
    double share,
    long mappedBytes,
    int saves,
    String detail,
    List<Share> causes,
    String error) {
  /** How many causes a row tells at most. */
  public static final int CAUSES = 3;

  /**
   * A cause and how many boundaries have it.
   *
   * @param id see {@link Cause#id}
   */
  public record Share(String id, int boundaries) {}

  /** Keeps its own copy of the list. */
  public FleetRow {
    causes = List.copyOf(causes);
  }

  static FleetRow of(String source, Explanation explanation) {
    Totals totals = explanation.totals();
    List<Share> causes = new ArrayList<>();
    int saves = 0;
    for (Cause cause : explanation.causes().ranked()) {
      if (causes.size() < CAUSES) {
        causes.add(new Share(cause.id(), cause.boundaries()));
      }
      saves += cause.remedy() == null ? 0 : cause.remedy().saves();
    }
    Detail detail = explanation.snapshot().origin().detail();
    return new FleetRow(
        source,
        totals.vmas(),
        totals.limit(),
        totals.share(),
        totals.mappedBytes(),
        Math.min(saves, Math.max(0, totals.vmas() - 1)),
        detail.name().toLowerCase(Locale.ROOT),
        causes,
        "");
  }

  static FleetRow unreadable(String source, String error) {
    return new FleetRow(source, 0, 0, 0, 0, 0, "", List.of(), error);
  }

  /** Whether it could be read. */
  public boolean isReadable() {
    return error.isEmpty();
  }
}
