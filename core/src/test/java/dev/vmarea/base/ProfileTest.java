// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProfileTest {
  @Test
  void theJudgesOwnKernelHasNoDifferences() {
    Profile.Choice choice = Profile.forRelease("6.18.44-1-amd64");
    assertThat(choice.exact()).isTrue();
    assertThat(choice.differences()).isEmpty();
  }

  @Test
  void anOlderKernelLacksWhatCameLater() {
    Profile.Choice choice = Profile.forRelease("6.8.0-31-generic");
    assertThat(choice.exact()).isFalse();
    assertThat(choice.profile()).isEqualTo(Profile.LINUX_6_18);
    assertThat(choice.differences())
        .contains(
            "only from 6.10 on: mseal exists",
            "only from 6.17 on: a fixed mremap of unchanged length may move several areas")
        .noneMatch(text -> text.startsWith("from "));
  }

  @Test
  void aNewerKernelHasWhatTheProfileLacks() {
    assertThat(Profile.forRelease("7.1.5").differences())
        .contains("from 7.1 on: mremap tests the map count at other places")
        .noneMatch(text -> text.startsWith("only from "));
  }

  @Test
  void anUnreadableReleaseHasTheNearestProfileAndNoClaims() {
    for (String release : new String[] {"", "linux", "99999999999.1", "6"}) {
      Profile.Choice choice = Profile.forRelease(release);
      assertThat(choice.exact()).as(release).isFalse();
      assertThat(choice.differences()).as(release).isEmpty();
    }
  }

  @Test
  void namesAreFoundInAnyCaseAndUnknownOnesSaid() {
    assertThat(Profile.named("linux_6_18")).isEqualTo(Profile.LINUX_6_18);
    assertThatThrownBy(() -> Profile.named("LINUX_2_4"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LINUX_2_4")
        .hasMessageContaining("LINUX_6_18");
  }
}
