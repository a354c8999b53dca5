// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.fleet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** What many rows amount to: totals, the worst, the causes of all. Memory does not grow. */
public final class FleetSummary {
  private static final Comparator<FleetRow> WORST_LAST =
      Comparator.comparingDouble(FleetRow::share)
          .thenComparingInt(FleetRow::vmas)
          .thenComparing(FleetRow::source, Comparator.reverseOrder());

  private final int most;
  private final PriorityQueue<FleetRow> worst = new PriorityQueue<>(WORST_LAST);
  private final Map<String, Long> causes = new LinkedHashMap<>();
  private int readable;
  private int unreadable;
  private long vmas;
  private long saves;

  /** A summary that keeps so many of the worst. */
  public FleetSummary(int most) {
    this.most = most;
  }

  /** Adds a row. */
  public void add(FleetRow row) {
    if (!row.isReadable()) {
      unreadable++;
      return;
    }
    readable++;
    vmas += row.vmas();
    saves += row.saves();
    row.causes().forEach(cause -> causes.merge(cause.id(), (long) cause.boundaries(), Long::sum));
    worst.add(row);
    if (worst.size() > most) {
      worst.remove();
    }
  }

  /** Snapshots that were explained. */
  public int readable() {
    return readable;
  }

  /** Files that could not be read. */
  public int unreadable() {
    return unreadable;
  }

  /** VMAs of all. */
  public long vmas() {
    return vmas;
  }

  /** VMAs that remedies would remove, by an estimate. */
  public long saves() {
    return saves;
  }

  /** Those that are nearest to their limits, the worst first. */
  public List<FleetRow> worst() {
    List<FleetRow> rows = new ArrayList<>(worst);
    rows.sort(WORST_LAST.reversed());
    return rows;
  }

  /** Boundaries of all by cause, as far as rows tell their causes, most first. */
  public List<FleetRow.Share> causes() {
    return causes.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(one ->
            new FleetRow.Share(one.getKey(), (int) Math.min(one.getValue(), Integer.MAX_VALUE)))
        .toList();
  }
}
