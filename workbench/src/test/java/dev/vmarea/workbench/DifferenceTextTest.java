// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Difference;
import dev.vmarea.workbench.finding.DifferenceText;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DifferenceTextTest {
  @ParameterizedTest
  @EnumSource
  void everyDifferenceHasASentence(Difference difference) {
    assertThat(DifferenceText.of(difference)).matches("[A-Zmc].{20,}\\.");
  }

  @Test
  void noTwoAreAlike() {
    Set<String> seen = new HashSet<>();
    for (Difference difference : Difference.values()) {
      assertThat(seen.add(DifferenceText.of(difference))).as("%s", difference).isTrue();
    }
  }

  @Test
  void releasesAreThoseOfTheProfiles() {
    assertThat(DifferenceText.releases(Difference.PREPARE_FAILURE_LOSES_CHARGE))
        .isEqualTo("6.18, 6.19, 7.1");
    assertThat(DifferenceText.releases(Difference.NO_MMU_ACTION_IGNORED)).isEqualTo("no release");
  }
}
