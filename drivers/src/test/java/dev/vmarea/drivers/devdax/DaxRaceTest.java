// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.devdax;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.region.Entries;
import dev.vmarea.drivers.schedule.Interleaving;
import dev.vmarea.vma.OpenFile;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I11: mmap and a touch against the end of the device, in every order of their steps. */
class DaxRaceTest {
  private static final String DEVICE = DaxKind.INSTANCE.usualPath();
  private static final long UNIT = 512;

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "v3"})
  void nothingIsMappedOfWhatIsDead(String variant) {
    TreeSet<String> results = new TreeSet<>();
    Interleaving.each(
        Set.of(DaxFile.CHECKED, DaxDevice.DEAD),
        order -> {
          String[] result = {""};
          UserLab lab = lab(variant);
          DaxDevice device = (DaxDevice) lab.user(DEVICE);
          OpenFile file = open(lab);
          device.observe(order);
          order
              .with(
                  "A",
                  () ->
                      result[0] =
                          lab.mmap(file, 0, UNIT, UserLab.RW, UserLab.SHARED, 0)
                              + ", "
                              + lab.load(0))
              .with("B", device::kill)
              .run();
          results.add(result[0] + ", " + lab.load(0));
          assertThat(Entries.mapped(lab, 0, UNIT)).as(order.toString()).isZero();
          assertThat(lab.close()).as(order.toString()).isEmpty();
        });

    assertThat(results)
        .containsExactly("-ENXIO, SIGSEGV, SIGSEGV", "ok, 0, SIGBUS", "ok, SIGBUS, SIGBUS");
  }

  private static UserLab lab(String variant) {
    try {
      return new UserLab(
          Profile.SETTLED,
          MountPlan.EMPTY.with(DEVICE, new MountPlan.Entry(DaxKind.INSTANCE, variant, Map.of())));
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
