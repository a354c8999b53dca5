// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How tmpfs is put to work: a file of four pages. */
final class ShmemGrounds {
  private static final String MOUNT = ShmemKind.INSTANCE.usualPath();
  private static final String FILE = MOUNT + "/file";
  private static final long PAGES = 4;
  private static final Act UNLINK = new Act.Unlink(FILE);
  private static final Act LINK = new Act.Control(MOUNT, "link " + FILE + " " + MOUNT + "/another");
  private static final Act PUNCH = new Act.PunchHole(0, Pages.SIZE, Pages.SIZE);
  private static final Act WRITE = new Act.Write(0, Pages.SIZE, 7);
  private static final Act CLOSE = new Act.Close(0);

  private ShmemGrounds() {}

  static List<Ground> all() {
    Ground empty = Ground.of(FILE, OpenFile.O_RDWR | FileTree.O_CREAT, PAGES);
    Ground plain = empty.after(size(0, PAGES)).offsets(Pages.bytes(PAGES));
    return List.of(
        plain.events(UNLINK, size(0, 0), PUNCH, CLOSE),
        plain.named("unlinked").after(UNLINK).events(size(0, 1), CLOSE),
        plain
            .named("unlinked, with another name")
            .after(LINK, UNLINK, new Act.Open(MOUNT + "/another", OpenFile.O_RDWR))
            .events(new Act.Unlink(MOUNT + "/another"), CLOSE),
        plain.named("two pages for four").with("size", "8k").events(WRITE, PUNCH, UNLINK),
        empty.named("empty").events(size(0, PAGES), WRITE),
        opened(OpenFile.O_RDONLY, Prot.READ).named("opened read-only"),
        opened(OpenFile.O_WRONLY, Prot.READ | Prot.WRITE).named("opened write-only"));
  }

  /** Opened with an access mode, and for reading and writing by somebody who can cut it. */
  private static Ground opened(int accessMode, int prot) {
    return Ground.of(FILE, accessMode | FileTree.O_CREAT, PAGES)
        .after(new Act.Open(FILE, OpenFile.O_RDWR), size(1, PAGES))
        .mapping(new Act.Map(0, 0, 0, Pages.bytes(PAGES), prot, MapFlags.SHARED, 0))
        .events(UNLINK, size(1, 1), CLOSE);
  }

  private static Act size(int handle, long pages) {
    return new Act.Truncate(handle, Pages.bytes(pages));
  }
}
