// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.coda;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How Coda is put to work: a file of four pages, and its containers. */
final class CodaGrounds {
  private static final String MOUNT = CodaKind.INSTANCE.usualPath();
  private static final String FILE = MOUNT + "/file";
  private static final long PAGES = 4;

  /** Page of a mapping of the file's second opening, far from all others. */
  private static final long ELSEWHERE = 4096;

  private static final Act REFETCH = control("container " + FILE + " another");
  private static final Act FLUSH = control("flush " + FILE);
  private static final Act REFUSE = control("refuse " + FILE);
  private static final Act ACCEPT = control("accept " + FILE);
  private static final Act BREAK = control("broken " + FILE);
  private static final Act REPAIR = control("repaired " + FILE);
  private static final Act OPEN_AGAIN = new Act.Open(FILE, OpenFile.O_RDWR);
  private static final Act MAP_SECOND = mapping(Prot.READ | Prot.WRITE).handle(1).at(ELSEWHERE);
  private static final Act UNMAP_SECOND = new Act.Unmap(0, ELSEWHERE, PAGES);
  private static final Act CLOSE = new Act.Close(0);
  private static final Act CLOSE_SECOND = new Act.Close(1);

  private CodaGrounds() {}

  static List<Ground> all() {
    Ground plain = Ground.of(FILE, PAGES);
    Ground twice = plain.after(FLUSH, REFETCH, OPEN_AGAIN);
    return List.of(
        plain.offsets(Pages.bytes(PAGES)).events(REFUSE, BREAK, FLUSH, REPAIR, CLOSE),
        plain.named("opened twice").after(OPEN_AGAIN).events(MAP_SECOND, CLOSE, CLOSE_SECOND),
        twice.named("opened again with another container").events(MAP_SECOND, CLOSE, CLOSE_SECOND),
        twice
            .named("mapped through another container")
            .after(MAP_SECOND)
            .events(UNMAP_SECOND, CLOSE_SECOND),
        twice
            .named("mapped through another container, refused by Venus")
            .after(MAP_SECOND, REFUSE)
            .events(ACCEPT),
        plain.named("refused by Venus").after(REFUSE).events(ACCEPT),
        plain.named("refused by its container").after(BREAK).events(REPAIR, CLOSE),
        plain.named("refused by both").after(REFUSE, BREAK).events(ACCEPT, REPAIR),
        plain.named("thrown away").after(FLUSH).events(CLOSE),
        plain
            .named("a container that cannot be mapped")
            .first(control("unmappable " + FILE + " stub"))
            .events(REFUSE),
        Ground.of(FILE, OpenFile.O_RDONLY, PAGES)
            .named("opened read-only")
            .mapping(mapping(Prot.READ))
            .events(BREAK, CLOSE),
        Ground.of(FILE, OpenFile.O_WRONLY, PAGES).named("opened write-only"));
  }

  private static Act.Map mapping(int prot) {
    return new Act.Map(0, 0, 0, Pages.bytes(PAGES), prot, MapFlags.SHARED, 0);
  }

  private static Act control(String words) {
    return new Act.Control(MOUNT, words);
  }
}
