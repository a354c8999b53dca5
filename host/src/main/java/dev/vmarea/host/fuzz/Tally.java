// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the workers of a campaign add up. Thread-safe. */
final class Tally {
  private static final int MOST_STATES = 1 << 22;

  private final long begin = System.nanoTime();
  private final BitSet features = new BitSet(Lockstep.FEATURES);
  private final LongSet states = new LongSet(MOST_STATES);
  private final Map<String, Long> exclusions = new TreeMap<>();
  private final Map<String, Long> users = new TreeMap<>();
  private final List<Divergence> divergences = new ArrayList<>();
  private final Set<String> missing = new TreeSet<>();
  private long sequences;
  private long fresh;
  private long calls;
  private long replaced;
  private int allBranches;

  /**
   * Adds a sequence.
   *
   * @return whether it covered anything new
   */
  synchronized boolean add(final Outcome outcome, final boolean isFresh) {
    sequences++;
    fresh += isFresh ? 1 : 0;
    calls += outcome.compared();
    outcome.users().forEach((name, count) -> users.merge(name, (long) count, Long::sum));
    outcome.exclusions().forEach((name, count) -> exclusions.merge(name, (long) count, Long::sum));
    for (final long state : outcome.states()) {
      states.add(state);
    }
    boolean anything = false;
    for (final int feature : outcome.features()) {
      anything |= !features.get(feature);
      features.set(feature);
    }
    return anything;
  }

  synchronized void missing(final List<String> reasons) {
    missing.addAll(reasons);
  }

  synchronized void replaced() {
    replaced++;
  }

  synchronized void branches(final int all) {
    allBranches = Math.max(allBranches, all);
  }

  synchronized void found(final Divergence divergence) {
    divergences.add(divergence);
  }

  synchronized int divergences() {
    return divergences.size();
  }

  synchronized long calls() {
    return calls;
  }

  synchronized Progress progress(
      final int corpus, final long firstSeed, final long nextSeed, final List<String> changed) {
    final int branches = features.get(0, Lockstep.FIRST_OUTCOME).cardinality();
    return new Progress(
        (System.nanoTime() - begin) / 1e9,
        sequences,
        fresh,
        calls,
        branches,
        allBranches,
        features.cardinality() - branches,
        states.size(),
        corpus,
        replaced,
        new TreeMap<>(exclusions),
        new TreeMap<>(users),
        List.copyOf(divergences),
        firstSeed,
        nextSeed,
        changed,
        List.copyOf(missing));
  }
}
