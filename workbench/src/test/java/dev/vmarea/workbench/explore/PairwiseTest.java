// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairwiseTest {
  @ParameterizedTest
  @ValueSource(strings = {"2,2", "3,4,5", "8,7,6,7,6", "1,5,1", "2,2,2,2,2,2,2,2"})
  void everyPairOfValuesIsThere(String text) {
    int[] sizes = List.of(text.split(",")).stream().mapToInt(Integer::parseInt).toArray();
    Pairwise pairwise = new Pairwise(sizes);
    List<int[]> chosen = pairwise.pairs();

    Set<String> seen = new HashSet<>();
    for (int[] one : chosen) {
      for (int a = 0; a < sizes.length; a++) {
        assertThat(one[a]).isBetween(0, sizes[a] - 1);
        for (int b = a + 1; b < sizes.length; b++) {
          seen.add(a + "=" + one[a] + " " + b + "=" + one[b]);
        }
      }
    }
    int pairs = 0;
    for (int a = 0; a < sizes.length; a++) {
      for (int b = a + 1; b < sizes.length; b++) {
        pairs += sizes[a] * sizes[b];
      }
    }
    assertThat(seen).hasSize(pairs);
    assertThat(chosen.getFirst()).containsOnly(0);
    assertThat((long) chosen.size()).isLessThanOrEqualTo(pairwise.all());
  }
}
