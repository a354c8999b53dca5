// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.vmarea.arch.Architecture;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on page tables of every shape, beside {@link NaiveTables}. {@code
 * -Dvmarea.seed} repeats a run, {@code -Dvmarea.runs} makes more of them.
 */
class PageTablesPropertyTest {
  private static final int STEPS = 300;

  static Stream<Architecture> shapes() {
    return Architecture.all().stream().filter(Architecture::hasMmu);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void behaveLikeASortedMap(Architecture architecture) {
    long given = Long.getLong("vmarea.seed", System.nanoTime());
    for (long seed = given; seed < given + Integer.getInteger("vmarea.runs", 2); seed++) {
      for (int failEvery : List.of(0, 2, 3, 7, 20)) {
        run(architecture, seed, failEvery);
      }
    }
  }

  private static void run(Architecture architecture, long seed, int failEvery) {
    TablesPair pair =
        new TablesPair(
            architecture, RandomGeneratorFactory.of("L64X128MixRandom").create(seed), failEvery);
    int step = 0;
    try {
      for (; step < STEPS; step++) {
        pair.step();
      }
      pair.finish();
    } catch (Exception | AssertionError e) {
      fail(
          "-Dvmarea.seed=%d %s, every %d. table fails, step %d: %s"
              .formatted(seed, architecture, failEvery, step, pair.lastStep()),
          e);
    }
    assertThat(step).isEqualTo(STEPS);
  }
}
