// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.util.HashSet;
import java.util.Set;

/**
 * Gives every line the thread it belongs to. In strace's output to a terminal, lines name their
 * thread ({@code [pid 12]}) only while there are several, so the first process is nameless at first
 * and the last one is nameless again. Here the first keeps 0 from end to end.
 */
final class ThreadIds {
  private static final int MAX_KNOWN = 1 << 16;

  private final Set<Integer> announced = new HashSet<>();
  private boolean nameless;
  private boolean firstGone;
  private int firstPrinted = -1;

  /** The thread of a line that names none. */
  int ofNameless() {
    if (announced.size() == 1 && (firstGone || !nameless)) {
      return announced.iterator().next();
    }
    nameless = true;
    return 0;
  }

  /** The thread of a line that starts with {@code [pid n]}. */
  int ofBracketed(int n) {
    if (!nameless) {
      return n;
    }
    if (n == firstPrinted) {
      return 0;
    }
    if (firstPrinted < 0 && !announced.contains(n)) {
      firstPrinted = n;
      return 0;
    }
    return n;
  }

  /** strace said that it follows {@code n}. */
  void announce(int n) {
    if (announced.size() < MAX_KNOWN) {
      announced.add(n);
    }
  }

  /** Thread {@code pid} ended. */
  void gone(int pid) {
    if (pid == 0) {
      firstGone = true;
    } else {
      announced.remove(pid);
    }
  }
}
