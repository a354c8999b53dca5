// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How hugetlbfs is put to work: a file of three huge pages of 2 MiB. */
final class HugetlbfsGrounds {
  private static final String MOUNT = HugetlbfsKind.INSTANCE.usualPath();
  private static final String FILE = MOUNT + "/file";

  /** Pages of 2 MiB. */
  private static final long UNIT = 512;

  private static final long UNITS = 3;
  private static final String ENOUGH = "8";
  private static final Act UNLINK = new Act.Unlink(FILE);
  private static final Act CUT = control("truncate " + FILE + " 0");
  private static final Act PUNCH = control("punch " + FILE + " 2m 2m");
  private static final Act SIZE = control("truncate " + FILE + " 6m");
  private static final Act CLOSE = new Act.Close(0);

  private HugetlbfsGrounds() {}

  static List<Ground> all() {
    Ground empty = opened(OpenFile.O_RDWR, Prot.READ | Prot.WRITE);
    Ground sized = empty.after(SIZE);
    return List.of(
        empty
            .lengths(Pages.SIZE)
            .offsets(Pages.SIZE, Pages.bytes(UNITS * UNIT))
            .events(PUNCH, CUT, UNLINK, CLOSE),
        sized.named("sized").events(PUNCH, CUT),
        sized.named("unlinked").after(UNLINK).events(CLOSE),
        sized.named("pool too small").with("pool", "2").offsets(Pages.SIZE).events(CUT),
        sized.named("pool empty").with("pool", "0").offsets(Pages.SIZE),
        sized.named("pages made as they are needed").with("pool", "0").with("overcommit", ENOUGH),
        sized.named("share too small").with("max", "2").events(PUNCH),
        sized.named("control group too small").with("group", "2").events(CUT),
        sized.named("two pages kept for it").with("min", "2").events(CUT),
        opened(OpenFile.O_RDONLY, Prot.READ).named("opened read-only").after(SIZE).events(CUT),
        opened(OpenFile.O_WRONLY, Prot.READ | Prot.WRITE).named("opened write-only"));
  }

  private static Ground opened(int accessMode, int prot) {
    long bytes = Pages.bytes(UNITS * UNIT);
    return Ground.of(FILE, accessMode | FileTree.O_CREAT, UNITS * UNIT)
        .with("pool", ENOUGH)
        .unit(UNIT)
        .mapping(new Act.Map(0, 0, 0, bytes, prot, MapFlags.SHARED, 0));
  }

  private static Act control(String words) {
    return new Act.Control(MOUNT, words);
  }
}
