// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.resctrl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.vma.OpenFile;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** I10: mmap by a port against the unmount of resctrl, in every order of their steps. */
class ResctrlRaceTest {
  private static final String DEVICE = ResctrlKind.INSTANCE.usualPath();

  @ParameterizedTest
  @CsvSource({
    "v3,V3_AS_POSTED,' | warned: BUG; | broken: /dev/pseudo_lock/region: free memory is mapped'",
    "own,SETTLED,''"
  })
  void freeMemoryIsMapped(String variant, String profile, String expected) {
    TreeSet<String> ends = new TreeSet<>();
    TreeSet<String> results = new TreeSet<>();
    Interleaving.each(
        Set.of(PseudoLockFile.PREPARED),
        order -> {
          String[] result = {""};
          UserLab lab = lab(variant, Profile.named(profile));
          PseudoLockGroup group = (PseudoLockGroup) lab.user(DEVICE);
          OpenFile file = open(lab);
          group.observe(order);
          order
              .with("A", () -> result[0] = lab.mmap(file, 0, 1, UserLab.RW, UserLab.SHARED, 0))
              .with("B", group::unmount)
              .run();
          lab.check();
          results.add(result[0]);
          ends.add(lab.close());
        });

    assertThat(results).containsExactly("-ENODEV", "ok");
    assertThat(String.join(";", ends.descendingSet())).isEqualTo(expected);
  }

  private static UserLab lab(String variant, Profile profile) {
    try {
      return new UserLab(
          profile,
          MountPlan.EMPTY.with(
              DEVICE, new MountPlan.Entry(ResctrlKind.INSTANCE, variant, Map.of())));
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  private static OpenFile open(UserLab lab) {
    try {
      return lab.open(DEVICE);
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }
}
