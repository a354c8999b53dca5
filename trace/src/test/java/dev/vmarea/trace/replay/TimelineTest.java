// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimelineTest {
  @Test
  void keepsPeaksInBoundedSpace() {
    Timeline timeline = new Timeline();
    for (int i = 0; i < 1_000_000; i++) {
      timeline.add(i == 700_001 ? 9999 : i / 1000);
    }
    assertThat(timeline.samples()).hasSizeLessThanOrEqualTo(512).hasSizeGreaterThan(200);
    assertThat(timeline.samples()).contains(9999);
    assertThat(timeline.peak()).isEqualTo(9999);
    assertThat(timeline.samples()[0]).isLessThan(5);
  }

  @Test
  void keepsFewSamplesAsTheyAre() {
    Timeline timeline = new Timeline();
    timeline.add(3);
    timeline.add(5);
    assertThat(timeline.samples()).containsExactly(3, 5);
  }
}
