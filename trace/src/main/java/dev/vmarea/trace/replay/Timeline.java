// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.util.Arrays;

/**
 * A series of counts over the calls of a log, kept in bounded space: when it is full, neighbouring
 * samples are joined (the larger one stays, so that peaks survive) and the step doubles.
 */
final class Timeline {
  private static final int LIMIT = 512;

  private final int[] samples = new int[LIMIT];
  private int size;
  private long step = 1;
  private long inStep;
  private int current;
  private int peak;

  void add(int count) {
    peak = Math.max(peak, count);
    current = inStep == 0 ? count : Math.max(current, count);
    if (++inStep < step) {
      return;
    }
    inStep = 0;
    samples[size++] = current;
    if (size == LIMIT) {
      for (int i = 0; i < LIMIT / 2; i++) {
        samples[i] = Math.max(samples[2 * i], samples[2 * i + 1]);
      }
      size = LIMIT / 2;
      step *= 2;
    }
  }

  int peak() {
    return peak;
  }

  /** The samples, oldest first; a step that is not complete yet counts. */
  int[] samples() {
    int[] result = Arrays.copyOf(samples, inStep > 0 ? size + 1 : size);
    if (inStep > 0) {
      result[size] = current;
    }
    return result;
  }
}
