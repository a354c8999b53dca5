// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import java.util.List;

/**
 * The causes of all boundaries of a snapshot, those with most boundaries first. Immutable;
 * thread-safe.
 */
public final class Causes {
  private final List<Cause> ranked;
  private final int[] of;

  /**
   * Causes.
   *
   * @param ranked the causes
   * @param of for each boundary the place of its cause in {@code ranked}; not changed any more
   */
  public Causes(List<Cause> ranked, int[] of) {
    this.ranked = List.copyOf(ranked);
    this.of = of;
  }

  /** All of them, those with most boundaries first. */
  public List<Cause> ranked() {
    return ranked;
  }

  /** The cause of boundary {@code i}. */
  public Cause of(int i) {
    return ranked.get(of[i]);
  }
}
