// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.hugetlbfs.HugetlbfsKind;
import dev.vmarea.drivers.iommufd.IommufdKind;
import dev.vmarea.drivers.schedule.Schedule;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The races of the series are found by trying orders, and none where there is none. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RaceExplorerTest {
  private static final String FILE = HugetlbfsKind.INSTANCE.usualPath() + "/f";
  private static final Ground HUGE =
      Ground.of(FILE, OpenFile.O_RDWR | FileTree.O_CREAT, 1024)
          .unit(512)
          .events(
              new Act.Control(HugetlbfsKind.INSTANCE.usualPath(), "punch " + FILE + " 0 2m"),
              new Act.Control(HugetlbfsKind.INSTANCE.usualPath(), "truncate " + FILE + " 0"));

  private static Subject subject(UserKind kind, String variant, String profile) {
    return Subject.of(kind, kind.variant(variant), Profile.named(profile));
  }

  private static List<RaceViolation> violations(Subject subject, Ground ground) {
    List<RaceViolation> all = new ArrayList<>();
    long orders =
        new RaceExplorer(RaceExplorer.USUAL, () -> false).explore(subject, ground, all::add);
    assertThat(orders).isGreaterThan(100);
    return all;
  }

  private static List<String> signatures(List<RaceViolation> violations) {
    return violations.stream().map(RaceViolation::signature).distinct().toList();
  }

  private static List<RaceViolation> iommufd(String variant, String profile) {
    return violations(
        subject(IommufdKind.INSTANCE, variant, profile), IommufdKind.INSTANCE.grounds().getFirst());
  }

  @ParameterizedTest
  @CsvSource({"base,SETTLED,2", "v3,V3_AS_POSTED,2", "first-fix,SETTLED,2"})
  void regionThatIsDestroyedWhileItIsMapped(String variant, String profile, int switches) {
    List<RaceViolation> all = iommufd(variant, profile);

    assertThat(signatures(all))
        .contains(
            "no-warning: USE_AFTER_FREE",
            "no-warning: REFCOUNT",
            "one-after-the-other: results A ok, B ok");
    RaceViolation one = all.getFirst();
    assertThat(one.race().b()).isInstanceOf(Act.Control.class);
    assertThat(one.schedule().switches()).isEqualTo(switches);
    assertThat(String.join("\n", one.interleaving()))
        .contains("A mmap: ", "B \"destroy 1\": iommufd.destroy.dropped");
  }

  @ParameterizedTest
  @CsvSource({"merged", "own"})
  void regionThatIsCountedInTime(String variant) {
    assertThat(signatures(iommufd(variant, "SETTLED"))).isEmpty();
  }

  @Test
  void orderIsRepeated() {
    for (RaceViolation one : iommufd("v3", "V3_AS_POSTED")) {
      Schedule schedule = Schedule.parse(one.schedule().toString());
      List<RaceViolation> again = RaceExplorer.repeat(one.race(), schedule);

      assertThat(signatures(again)).contains(one.signature());
      assertThat(again.getFirst().interleaving()).isEqualTo(one.interleaving());
      Subject own = subject(IommufdKind.INSTANCE, "own", "SETTLED");
      assertThatThrownBy(() -> RaceExplorer.repeat(one.race().of(own), Schedule.parse("A*99 B")))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  /** I5 and I6: a walker meets the VMA before its lock, or its private data, is there. */
  @Test
  void walkerThatUnlocksWhatItHasNotLocked() {
    List<RaceViolation> all =
        violations(subject(HugetlbfsKind.INSTANCE, "v3", "V3_AS_POSTED"), HUGE);

    assertThat(signatures(all)).contains("no-warning: UNBALANCED_UNLOCK");
    assertThat(all.stream().map(one -> ((Act.Map) one.race().a()).flags() & MapFlags.TYPE))
        .contains(MapFlags.SHARED, MapFlags.PRIVATE);
  }

  @ParameterizedTest
  @CsvSource({"v5,LINUX_6_19", "legacy,SETTLED"})
  void walkerThatWaits(String variant, String profile) {
    assertThat(signatures(violations(subject(HugetlbfsKind.INSTANCE, variant, profile), HUGE)))
        .isEmpty();
  }

  /** It grows the file while a truncation waits: docs/findings.md tells why it cannot be mended. */
  @Test
  void whatGrowsAFileWhenMappedMeetsItsTruncation() {
    assertThat(signatures(violations(subject(HugetlbfsKind.INSTANCE, "own", "SETTLED"), HUGE)))
        .containsExactly("one-after-the-other: state after A ok, B ok");
  }
}
