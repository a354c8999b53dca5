// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.relay;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How a channel is put to work: a buffer of four pages. */
final class RelayGrounds {
  private static final String CHANNEL = RelayKind.INSTANCE.usualPath();
  private static final String FILE = CHANNEL + "/cpu0";
  private static final long PAGES = 4;
  private static final Act END = new Act.Control(CHANNEL, "close");
  private static final Act DETACH = new Act.Control(CHANNEL, "detach 0");
  private static final Act CLOSE = new Act.Close(0);

  private RelayGrounds() {}

  static List<Ground> all() {
    Ground plain = opened(OpenFile.O_RDWR, PAGES);
    return List.of(
        plain.offsets(Pages.bytes(PAGES)).events(END, DETACH, CLOSE),
        plain.named("channel closed").after(END).events(DETACH, CLOSE),
        plain.named("without a buffer").after(DETACH).events(END),
        opened(OpenFile.O_RDWR, 1).named("one page").events(END),
        opened(OpenFile.O_RDONLY, PAGES)
            .named("opened read-only")
            .mapping(new Act.Map(0, 0, 0, Pages.bytes(PAGES), Prot.READ, MapFlags.SHARED, 0))
            .events(END, CLOSE),
        opened(OpenFile.O_WRONLY, PAGES).named("opened write-only"));
  }

  private static Ground opened(int accessMode, long pages) {
    return Ground.of(FILE, accessMode, pages)
        .with("size", Long.toString(Pages.bytes(pages)))
        .whole();
  }
}
