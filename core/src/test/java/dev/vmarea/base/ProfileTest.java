// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Set;
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
    Profile.Choice choice = Profile.forRelease("7.0.3");
    assertThat(choice.profile()).isEqualTo(Profile.LINUX_6_19);
    assertThat(choice.exact()).isFalse();
    assertThat(Profile.forRelease("7.1.5").profile()).isEqualTo(Profile.LINUX_7_1);
    assertThat(Profile.forRelease("7.3.0").profile()).isEqualTo(Profile.LINUX_7_2);
    assertThat(Profile.forRelease("6.17.1").differences())
        .contains(
            "only from 6.18 on: MADV_GUARD_INSTALL marks the area with a flag that merging keeps"
                + " (late 6.18 stable)");
  }

  @Test
  void everyDifferenceIsOneOfSomeProfile() {
    Set<Difference> all = EnumSet.noneOf(Difference.class);
    Profile.all().forEach(profile -> all.addAll(profile.differences()));
    assertThat(all).isEqualTo(EnumSet.allOf(Difference.class));
    assertThat(Profile.SETTLED.differences()).isEmpty();
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
