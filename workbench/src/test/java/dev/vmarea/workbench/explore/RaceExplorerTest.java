// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.UserKind;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.hugetlbfs.HugetlbfsKind;
import dev.vmarea.drivers.iommufd.IommufdKind;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RaceExplorerTest {
  static final Ground REGION =
      new Ground(
          Ground.PLAIN,
          java.util.Map.of(),
          List.of(
              new Act.Open("/dev/iommu", OpenFile.O_RDWR),
              new Act.Control("/dev/iommu", "region 0 16k")),
          new Act.Map(0, 0, 0, 16384, Prot.READ | Prot.WRITE, MapFlags.SHARED, 4096),
          1,
          false,
          List.of(),
          List.of(),
          List.of(new Act.Control("/dev/iommu", "destroy 1")));

  @ParameterizedTest
  @CsvSource({
    "base,SETTLED", "v3,V3_AS_POSTED", "first-fix,SETTLED", "merged,SETTLED", "own,SETTLED"
  })
  void iommufd(String variant, String profile) {
    show(IommufdKind.INSTANCE, variant, profile, REGION);
  }

  static void show(UserKind kind, String variant, String profile, Ground ground) {
    Subject subject = Subject.of(kind, kind.variant(variant), Profile.named(profile));
    List<RaceViolation> all = new ArrayList<>();
    long begin = System.nanoTime();
    long orders =
        new RaceExplorer(RaceExplorer.USUAL, () -> false).explore(subject, ground, all::add);
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        "== %s: %d orders, %.2f s, %.0f/s, %d violations%n",
        subject, orders, seconds, orders / seconds, all.size());
    for (RaceViolation one : all) {
      System.out.println("-- " + one.rule() + " " + one.what() + " [" + one.schedule() + "]");
      System.out.println("   before " + one.race().before() + " B " + one.race().b());
      one.interleaving().forEach(line -> System.out.println("   " + line));
    }
  }

  @ParameterizedTest
  @CsvSource({"v3,V3_AS_POSTED", "v5,LINUX_6_19", "legacy,SETTLED", "own,SETTLED"})
  void hugetlbfs(String variant, String profile) {
    String path = HugetlbfsKind.INSTANCE.usualPath() + "/f";
    Ground ground =
        Ground.of(path, OpenFile.O_RDWR | 0100, 1024)
            .unit(512)
            .events(
                new Act.Control("/dev/hugepages", "punch " + path + " 0 2m"),
                new Act.Control("/dev/hugepages", "truncate " + path + " 0"));
    show(HugetlbfsKind.INSTANCE, variant, profile, ground);
  }
}
