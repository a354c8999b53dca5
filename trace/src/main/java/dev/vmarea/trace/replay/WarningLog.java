// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.KernelWarning;
import java.util.ArrayList;
import java.util.List;

/** Collects what the model's kernel warns of, up to a number, and counts the rest. */
final class WarningLog {
  private static final int MAX_KEPT = 100;

  private final List<ReplayWarning> kept = new ArrayList<>();
  private long count;
  private long bad;
  private long line;

  /** What comes now belongs to this line of the log. */
  void line(long number) {
    line = number;
  }

  void add(KernelWarning warning) {
    count++;
    if (warning.kind() != KernelWarning.Kind.NOTE) {
      bad++;
    }
    if (kept.size() < MAX_KEPT) {
      kept.add(new ReplayWarning(line, warning));
    }
  }

  List<ReplayWarning> kept() {
    return kept;
  }

  long count() {
    return count;
  }

  /** How many of them are more than notes. */
  long bad() {
    return bad;
  }
}
