// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How a volume is put to work: a file of four pages, none of which was ever written. */
final class NtfsGrounds {
  private static final String VOLUME = Ntfs3Kind.INSTANCE.usualPath();
  private static final String FILE = VOLUME + "/file";
  private static final long PAGES = 4;
  private static final Act LOCK = control("lock " + FILE);
  private static final Act UNLOCK = control("unlock " + FILE);
  private static final Act WRITE_BACK = control("writeback " + FILE);
  private static final Act SHUT_DOWN = control("shutdown");
  private static final Act SPARSE = attribute("sparse");
  private static final Act COMPRESSED = attribute("compressed");
  private static final Act ENCRYPTED = attribute("encrypted");
  private static final Act DEDUP = attribute("dedup");
  private static final Act SIZE = size(0, PAGES);
  private static final Act WRITE = new Act.Write(0, Pages.bytes(PAGES) - 1, 7);
  private static final Act UNLINK = new Act.Unlink(FILE);
  private static final Act CLOSE = new Act.Close(0);

  private NtfsGrounds() {}

  static List<Ground> all() {
    Ground empty = Ground.of(FILE, OpenFile.O_RDWR | FileTree.O_CREAT, PAGES);
    Ground plain = empty.after(SIZE).offsets(Pages.bytes(PAGES));
    Ground sparse = empty.after(SPARSE, SIZE);
    Ground full = sparse.with("clusters", "2");
    Ground locked = plain.after(LOCK);
    return List.of(
        plain.events(LOCK, UNLOCK, WRITE_BACK, size(0, 1), CLOSE),
        plain.named("written").after(WRITE).events(LOCK, WRITE_BACK, ENCRYPTED, UNLINK),
        plain.named("written, locked by a writer").after(WRITE, LOCK).events(UNLOCK),
        sparse.named("sparse").events(WRITE, WRITE_BACK, LOCK),
        sparse.named("sparse, clusters of four pages").with("cluster", "16k").events(size(0, 1)),
        full.named("sparse, volume too small").events(LOCK, size(0, 2)),
        full.named("sparse, volume too small, locked by a writer").after(LOCK).events(UNLOCK),
        locked.named("locked by a writer").events(UNLOCK, WRITE),
        plain.named("compressed").after(COMPRESSED).events(WRITE, SHUT_DOWN),
        locked.named("compressed, locked by a writer").after(COMPRESSED).events(UNLOCK),
        plain.named("encrypted").after(ENCRYPTED).events(SHUT_DOWN),
        plain.named("shares its clusters").after(DEDUP).events(SHUT_DOWN),
        plain.named("shut down").after(SHUT_DOWN).events(WRITE_BACK, CLOSE),
        plain.named("encrypted, shut down").after(ENCRYPTED, SHUT_DOWN),
        plain.named("unlinked").after(UNLINK).events(SHUT_DOWN, CLOSE),
        empty.named("empty").events(SIZE, WRITE, COMPRESSED),
        opened(OpenFile.O_RDONLY, Prot.READ).named("opened read-only"),
        opened(OpenFile.O_WRONLY, Prot.READ | Prot.WRITE).named("opened write-only"));
  }

  /** Opened with an access mode, and for reading and writing by somebody who can cut it. */
  private static Ground opened(int accessMode, int prot) {
    return Ground.of(FILE, accessMode | FileTree.O_CREAT, PAGES)
        .after(new Act.Open(FILE, OpenFile.O_RDWR), size(1, PAGES))
        .mapping(new Act.Map(0, 0, 0, Pages.bytes(PAGES), prot, MapFlags.SHARED, 0))
        .events(LOCK, size(1, 1), CLOSE);
  }

  private static Act attribute(String name) {
    return control("attribute " + FILE + " " + name);
  }

  private static Act control(String words) {
    return new Act.Control(VOLUME, words);
  }

  private static Act size(int handle, long pages) {
    return new Act.Truncate(handle, Pages.bytes(pages));
  }
}
