// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import java.util.List;

/**
 * The number of VMAs over the memory calls of one memory. Immutable.
 *
 * @param calls memory calls until the end
 * @param peak most VMAs
 * @param samples the number after some of the calls, at most {@value #MAX_SAMPLES}, the last one
 *     included; oldest first, never empty
 */
public record Growth(long calls, int peak, List<Sample> samples) {
  /** Samples kept. */
  public static final int MAX_SAMPLES = 512;

  /** Keeps its own copy of the list. */
  public Growth {
    samples = List.copyOf(samples);
  }

  /**
   * The number of VMAs after a call. Immutable.
   *
   * @param calls how many calls there had been
   * @param vmas VMAs then
   * @param time seconds as the log counts them, or NaN
   */
  public record Sample(long calls, int vmas, double time) {}

  /** VMAs at the beginning. */
  public int first() {
    return samples.getFirst().vmas();
  }

  /** VMAs at the end. */
  public int last() {
    return samples.getLast().vmas();
  }

  /**
   * VMAs gained a call over the later half of the calls: what a program does while it starts says
   * little of what it will do. Negative where they became fewer; 0 without calls.
   */
  public double perCall() {
    Sample half = half();
    Sample end = samples.getLast();
    long between = end.calls() - half.calls();
    return between == 0 ? 0 : (double) (end.vmas() - half.vmas()) / between;
  }

  /** The same a second, or NaN where the log has no times. */
  public double perSecond() {
    Sample half = half();
    Sample end = samples.getLast();
    double between = end.time() - half.time();
    return between > 0 ? (end.vmas() - half.vmas()) / between : Double.NaN;
  }

  /**
   * After how many calls more a limit is reached at this rate: 0 if it is reached already, -1 if
   * never.
   */
  public long callsTo(long limit) {
    if (last() >= limit) {
      return 0;
    }
    double rate = perCall();
    return rate > 0 ? (long) Math.ceil((limit - last()) / rate) : -1;
  }

  /**
   * In how many seconds a limit is reached at this rate: 0 if it is reached already, infinite if
   * never, NaN where the log has no times.
   */
  public double secondsTo(long limit) {
    if (last() >= limit) {
      return 0;
    }
    double rate = perSecond();
    return rate > 0 ? (limit - last()) / rate : rate <= 0 ? Double.POSITIVE_INFINITY : Double.NaN;
  }

  private Sample half() {
    Sample found = samples.getFirst();
    for (Sample sample : samples) {
      if (sample.calls() * 2 > calls) {
        break;
      }
      found = sample;
    }
    return found;
  }
}
