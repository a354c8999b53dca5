// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain;

import dev.vmarea.base.Profile;
import dev.vmarea.explain.cause.CauseFinder;
import dev.vmarea.explain.history.History;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.BoundaryJudge;
import dev.vmarea.explain.verdict.Verdicts;
import org.jspecify.annotations.Nullable;

/** Explains snapshots: the library's one entry. Stateless, so thread-safe. */
public final class Explainer {
  private Explainer() {}

  /** Explains a snapshot by the rules of its kernel, or of the nearest one that is known. */
  public static Explanation explain(Snapshot snapshot) {
    return explain(snapshot, null);
  }

  /**
   * Explains a snapshot.
   *
   * @param rules of which kernel; null for its own
   */
  public static Explanation explain(Snapshot snapshot, @Nullable Profile rules) {
    Profile.Choice own = Profile.forRelease(snapshot.origin().kernel());
    Profile profile = rules == null ? own.profile() : rules;
    Verdicts verdicts = BoundaryJudge.judge(snapshot, profile);
    return explained(snapshot, verdicts, profile, rules != null || own.exact());
  }

  /** Explains one moment of a history, by the rules that it was replayed with. */
  public static Explanation explain(History history) {
    return explained(history.snapshot(), history.verdicts(), history.profile(), true);
  }

  private static Explanation explained(
      Snapshot snapshot, Verdicts verdicts, Profile profile, boolean exact) {
    return new Explanation(
        snapshot,
        profile,
        exact,
        Totals.of(snapshot),
        verdicts,
        CauseFinder.find(snapshot, verdicts, profile));
  }
}
