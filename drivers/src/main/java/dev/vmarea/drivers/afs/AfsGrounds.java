// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.afs;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How a volume is put to work: a file of four pages. */
final class AfsGrounds {
  private static final String VOLUME = AfsKind.INSTANCE.usualPath();
  private static final String FILE = VOLUME + "/file";
  private static final long PAGES = 4;
  private static final Act BREAK = new Act.Control(VOLUME, "break " + FILE);
  private static final Act RESTART = new Act.Control(VOLUME, "restart");
  private static final Act UNLINK = new Act.Unlink(FILE);
  private static final Act CLOSE = new Act.Close(0);

  private AfsGrounds() {}

  static List<Ground> all() {
    Ground empty = Ground.of(FILE, OpenFile.O_RDWR | FileTree.O_CREAT, PAGES);
    Ground plain = empty.after(size(0, PAGES)).offsets(Pages.bytes(PAGES));
    return List.of(
        plain.events(BREAK, RESTART, UNLINK, size(0, 1), CLOSE),
        plain.named("the promise is broken").after(BREAK).events(RESTART, CLOSE),
        plain.named("unlinked").after(UNLINK).events(RESTART, CLOSE),
        empty.named("empty").events(size(0, PAGES), BREAK),
        Ground.of(FILE, OpenFile.O_RDONLY | FileTree.O_CREAT, PAGES)
            .named("opened read-only")
            .after(new Act.Open(FILE, OpenFile.O_RDWR), size(1, PAGES))
            .mapping(new Act.Map(0, 0, 0, Pages.bytes(PAGES), Prot.READ, MapFlags.SHARED, 0))
            .events(BREAK, size(1, 1), CLOSE));
  }

  private static Act size(int handle, long pages) {
    return new Act.Truncate(handle, Pages.bytes(pages));
  }
}
