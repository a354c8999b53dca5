// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.verdict;

import dev.vmarea.explain.snapshot.Snapshot;

/**
 * The verdicts on all boundaries of a snapshot: boundary {@code i} lies between the areas {@code i}
 * and {@code i + 1}. Immutable and thread-safe.
 */
public final class Verdicts {
  private static final int EVIDENCE_SHIFT = 24;

  private final Snapshot snapshot;
  private final long mergedFlags;
  private final int[] packed;

  Verdicts(Snapshot snapshot, long mergedFlags, int[] packed) {
    this.snapshot = snapshot;
    this.mergedFlags = mergedFlags;
    this.packed = packed;
  }

  static int pack(int reasons, Evidence evidence) {
    return reasons | evidence.ordinal() << EVIDENCE_SHIFT;
  }

  /** Number of boundaries: one less than areas, or 0. */
  public int size() {
    return packed.length;
  }

  /** The set of {@link Reason} bits of boundary {@code i}, not 0. */
  public int reasons(int i) {
    return packed[i] & (1 << EVIDENCE_SHIFT) - 1;
  }

  /** The reason to name first for boundary {@code i}. */
  public Reason first(int i) {
    return FIRST[Integer.numberOfTrailingZeros(packed[i])];
  }

  /** How the verdict on boundary {@code i} is known. */
  public Evidence evidence(int i) {
    return EVIDENCE[packed[i] >>> EVIDENCE_SHIFT];
  }

  /** In which flags the two of boundary {@code i} differ, but for those that merging ignores. */
  public long flags(int i) {
    return (snapshot.flags(i) ^ snapshot.flags(i + 1)) & ~mergedFlags;
  }

  /** The whole verdict on boundary {@code i}. */
  public Verdict at(int i) {
    return new Verdict(Reason.of(reasons(i)), evidence(i), flags(i));
  }

  private static final Reason[] FIRST = Reason.values();
  private static final Evidence[] EVIDENCE = Evidence.values();
}
