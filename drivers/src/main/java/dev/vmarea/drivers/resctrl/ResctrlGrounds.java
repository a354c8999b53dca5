// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.resctrl;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How a pseudo-locked region of four pages is put to work. */
final class ResctrlGrounds {
  private static final String PATH = ResctrlKind.INSTANCE.usualPath();
  private static final long PAGES = 4;
  private static final Act UNMOUNT = control("unmount");
  private static final Act OFFLINE = control("offline");
  private static final Act OUTSIDE = control("affinity 4");
  private static final Act INSIDE = control("affinity 1-2");
  private static final Act CLOSE = new Act.Close(0);

  private ResctrlGrounds() {}

  static List<Ground> all() {
    Ground plain =
        Ground.of(PATH, PAGES)
            .with("size", "16k")
            .offsets(Pages.bytes(PAGES), Pages.bytes(PAGES + 1));
    return List.of(
        plain.events(UNMOUNT, OFFLINE, OUTSIDE, CLOSE),
        plain.named("affinity outside of the cache").with("affinity", "3-4").events(INSIDE),
        plain.named("the cache is offline").after(OFFLINE).events(UNMOUNT),
        plain
            .named("affinity outside of the cache, which is offline")
            .with("affinity", "3-4")
            .after(OFFLINE),
        plain.named("unmounted").after(UNMOUNT).events(CLOSE),
        Ground.of(PATH, OpenFile.O_RDONLY, PAGES)
            .named("opened read-only")
            .with("size", "16k")
            .mapping(new Act.Map(0, 0, 0, Pages.bytes(PAGES), Prot.READ, MapFlags.SHARED, 0))
            .events(UNMOUNT));
  }

  private static Act control(String words) {
    return new Act.Control(PATH, words);
  }
}
