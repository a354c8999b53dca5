// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.region.Entries;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.vma.OpenFile;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** I9: mmap against a driver that revokes the page, in every order of their steps. */
class MemRaceTest {
  private static final String DEVICE = MemKind.INSTANCE.usualPath();
  private static final long PFN = 0xc0000;

  @ParameterizedTest
  @CsvSource({"legacy,SETTLED,true", "v3,V3_AS_POSTED,true", "own,SETTLED,false"})
  void revokedPageIsMapped(String variant, String profile, boolean expected) {
    long[] stale = {0};
    int orders =
        Interleaving.each(
            Set.of(MemFile.CHECKED, MemDevice.CLAIMED),
            order -> {
              UserLab lab = lab(variant, Profile.named(profile));
              MemDevice device = (MemDevice) lab.user(DEVICE);
              OpenFile file = open(lab);
              device.observe(order);
              order
                  .with("A", () -> lab.mmap(file, 0, 1, UserLab.R, UserLab.SHARED, PFN))
                  .with("B", () -> device.revoke(new PfnRange(PFN, PFN + 1)))
                  .run();
              stale[0] += Entries.mapped(lab, 0, 1);
              assertThat(lab.close()).as(order.toString()).isEmpty();
            });

    assertThat(orders).isGreaterThan(4);
    assertThat(stale[0] > 0).isEqualTo(expected);
  }

  private static UserLab lab(String variant, Profile profile) {
    try {
      return new UserLab(
          profile,
          MountPlan.EMPTY.with(DEVICE, new MountPlan.Entry(MemKind.INSTANCE, variant, Map.of())));
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
