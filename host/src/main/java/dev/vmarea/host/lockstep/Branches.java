// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.host.fuzz.Lockstep;

/**
 * Which branches of the model ran. Calls of {@link #hit} are woven into the model's classes when
 * they are loaded. One worker, one copy of this class; no thread-safety is needed.
 */
public final class Branches {
  private static final byte[] SEEN = new byte[Lockstep.FIRST_OUTCOME];

  private Branches() {}

  /** The branch with this number runs. */
  public static void hit(final int number) {
    SEEN[number] = 1;
  }

  static void clear() {
    java.util.Arrays.fill(SEEN, (byte) 0);
  }

  static int[] numbers() {
    int count = 0;
    for (final byte seen : SEEN) {
      count += seen;
    }
    final int[] numbers = new int[count];
    int at = 0;
    for (int i = 0; at < count; i++) {
      if (SEEN[i] != 0) {
        numbers[at++] = i;
      }
    }
    return numbers;
  }
}
