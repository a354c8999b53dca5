// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.cause;

import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.verdict.Evidence;
import dev.vmarea.explain.verdict.Verdicts;

/** Boundaries of one cause while they are gathered. */
final class Group {
  /** A distance is told if it is that of at least every so manieth boundary. */
  private static final int STANDS_OUT = 4;

  private final CauseKind kind;

  /** Flags in which the areas differ; 0 for other causes. */
  private final long flags;

  private final Frequency strides = new Frequency();
  private final Frequency sizes = new Frequency();
  private int count;
  private int example = -1;
  private long bytes;
  private long last = -1;
  private Evidence weakest = Evidence.SHOWN;

  private final int number;

  Group(CauseKind kind, long flags, int number) {
    this.kind = kind;
    this.flags = flags;
    this.number = number;
  }

  /** Which of the groups it is, in the order in which they were found. */
  int number() {
    return number;
  }

  CauseKind kind() {
    return kind;
  }

  long flags() {
    return flags;
  }

  int count() {
    return count;
  }

  int example() {
    return example;
  }

  long bytes() {
    return bytes;
  }

  Evidence weakest() {
    return weakest;
  }

  /**
   * Adds boundary {@code i}, above the others.
   *
   * @param counts whether where it lies counts for the pattern
   */
  void add(int i, Snapshot snapshot, Verdicts verdicts, boolean counts) {
    count++;
    long size = snapshot.length(i + 1);
    bytes += size;
    if (counts) {
      long start = snapshot.start(i + 1);
      sizes.add(size);
      if (last != -1) {
        strides.add(start - last);
      }
      last = start;
    }
    if (verdicts.evidence(i).compareTo(weakest) > 0) {
      weakest = verdicts.evidence(i);
    }
    // The second one is less likely to be an odd one at the edge.
    if (example < 0 || count == 2) {
      example = i;
    }
  }

  Pattern pattern() {
    boolean regular = strides.count() > 1 && strides.count() * STANDS_OUT >= count;
    boolean alike = sizes.count() > 1 && sizes.count() * STANDS_OUT >= count;
    return new Pattern(
        regular ? strides.best() : 0,
        regular ? strides.count() : 0,
        alike ? sizes.best() : 0,
        alike ? sizes.count() : 0);
  }
}
