// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.host.bench.Target.Verdict;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureTest {
  private static Verdict verdict(double ours, double peer, Target target) {
    return new Figure("g", "w", "ns", ours, "peer", OptionalDouble.of(peer), target).verdict();
  }

  @Test
  void ratiosAreJudged() {
    Target slower = Target.ratioAtMost(0.7, 0.4);
    assertThat(verdict(40, 100, slower)).isEqualTo(Verdict.GOAL);
    assertThat(verdict(70, 100, slower)).isEqualTo(Verdict.MUST);
    assertThat(verdict(71, 100, slower)).isEqualTo(Verdict.MISSED);
    Target faster = Target.timesFaster(2, 5);
    assertThat(verdict(20, 100, faster)).isEqualTo(Verdict.GOAL);
    assertThat(verdict(50, 100, faster)).isEqualTo(Verdict.MUST);
    assertThat(verdict(51, 100, faster)).isEqualTo(Verdict.MISSED);
    assertThat(verdict(95, 100, Target.ratioAtLeast(0.8, 0.9))).isEqualTo(Verdict.GOAL);
  }

  @Test
  void valuesAreJudgedWithoutThePeer() {
    assertThat(verdict(119, 1, Target.valueAtMost(230, 120))).isEqualTo(Verdict.GOAL);
    assertThat(verdict(231, 1, Target.valueAtMost(230, 120))).isEqualTo(Verdict.MISSED);
    assertThat(verdict(150, 1, Target.valueAtLeast(150, 300))).isEqualTo(Verdict.MUST);
    assertThat(verdict(1.5, 1, Target.valueAtLeast(Double.NaN, 1.9))).isEqualTo(Verdict.NONE);
    assertThat(verdict(1, 1, Target.NONE)).isEqualTo(Verdict.NONE);
  }

  @Test
  void mediansAndMedianRatios() throws Exception {
    Samples samples = new Samples();
    for (double value : new double[] {9, 1, 2}) {
      samples.add("a", value);
      samples.add("b", 2 * value);
    }
    samples.add("even", 1);
    samples.add("even", 2);

    assertThat(samples.median("a")).isEqualTo(2);
    assertThat(samples.median("even")).isEqualTo(1.5);
    assertThat(samples.medianRatio("b", "a")).isEqualTo(2);
    assertThatThrownBy(() -> samples.median("none")).isInstanceOf(NotMeasuredException.class);
  }

  @Test
  void whatCannotRunSaysWhy(@TempDir Path empty) {
    Settings settings = new Settings(true, empty, null, what -> {});

    assertThat(Bench.run(EnumSet.of(Group.STARTUP), settings))
        .singleElement()
        .isInstanceOfSatisfying(
            NotRun.class, missing -> assertThat(missing.reason()).contains("vmarea script"));
    assertThatThrownBy(() -> new Peers(empty).kernelCode(1000))
        .hasMessageContaining("no program vmabench");
    assertThatThrownBy(() -> new Peers(null).parse(empty)).hasMessageContaining("VMAREA_PEERS");
  }

  @Test
  void importIsMeasuredInAProcessOfItsOwn() {
    List<Row> rows =
        Bench.run(EnumSet.of(Group.IMPORT), new Settings(true, null, null, what -> {}));

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0))
        .isInstanceOfSatisfying(Figure.class, figure -> assertThat(figure.ours()).isPositive());
    assertThat(rows.get(1)).isInstanceOf(NotRun.class);
  }
}
