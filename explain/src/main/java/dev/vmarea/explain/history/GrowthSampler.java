// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import java.util.ArrayList;
import java.util.List;

/** Gathers {@link Growth} in bounded space: when it is full, every other sample goes. */
final class GrowthSampler {
  private final List<Growth.Sample> samples = new ArrayList<>();
  private Growth.Sample last;
  private long calls;
  private long step = 1;
  private int peak;

  /** Begins with this number of VMAs. */
  GrowthSampler(int vmas) {
    peak = vmas;
    last = new Growth.Sample(0, vmas, Double.NaN);
    samples.add(last);
  }

  /** A call has returned; {@code time} is NaN if it is not known. */
  void call(int vmas, double time) {
    if (calls == 0) {
      samples.set(0, new Growth.Sample(0, samples.getFirst().vmas(), time));
    }
    calls++;
    peak = Math.max(peak, vmas);
    last = new Growth.Sample(calls, vmas, time);
    if (calls % step != 0) {
      return;
    }
    samples.add(last);
    if (samples.size() == Growth.MAX_SAMPLES - 1) {
      step *= 2;
      samples.removeIf(sample -> sample.calls() % step != 0);
    }
  }

  Growth growth() {
    List<Growth.Sample> all = new ArrayList<>(samples);
    if (all.getLast() != last && calls > 0) {
      all.add(last);
    }
    return new Growth(calls, peak, all);
  }
}
