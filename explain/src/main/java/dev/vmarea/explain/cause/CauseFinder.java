// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Evidence;
import dev.vmarea.explain.verdict.Reason;
import dev.vmarea.explain.verdict.Verdicts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Groups boundaries by cause. Stateless. */
public final class CauseFinder {
  private CauseFinder() {}

  /** The causes of all boundaries of a snapshot. */
  public static Causes find(Snapshot snapshot, Verdicts verdicts) {
    int[] of = new int[verdicts.size()];
    int[] count = new int[Reason.values().length];
    int[] example = new int[count.length];
    long[] bytes = new long[count.length];
    Evidence[] weakest = new Evidence[count.length];
    Arrays.fill(weakest, Evidence.SHOWN);
    for (int i = 0; i < of.length; i++) {
      int reason = verdicts.first(i).ordinal();
      if (count[reason]++ == 0) {
        example[reason] = i;
      }
      bytes[reason] += snapshot.length(i + 1);
      if (verdicts.evidence(i).compareTo(weakest[reason]) > 0) {
        weakest[reason] = verdicts.evidence(i);
      }
    }
    List<Cause> causes = new ArrayList<>();
    for (Reason reason : Reason.values()) {
      int n = reason.ordinal();
      if (count[n] > 0) {
        causes.add(
            new Cause(
                reason.name().toLowerCase(java.util.Locale.ROOT),
                reason.words(),
                reason,
                weakest[n],
                count[n],
                bytes[n],
                example[n],
                Pattern.NONE,
                "",
                null));
      }
    }
    causes.sort((a, b) -> Integer.compare(b.boundaries(), a.boundaries()));
    int[] place = new int[count.length];
    for (int i = 0; i < causes.size(); i++) {
      place[causes.get(i).reason().ordinal()] = i;
    }
    for (int i = 0; i < of.length; i++) {
      of[i] = place[verdicts.first(i).ordinal()];
    }
    return new Causes(causes, of);
  }
}
