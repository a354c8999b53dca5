// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How the image is put to work: a file of four pages of each layout. */
final class CramfsGrounds {
  private static final String PATH = CramfsKind.INSTANCE.usualPath();
  private static final long PAGES = 4;

  private CramfsGrounds() {}

  static List<Ground> all() {
    List<Ground> all = new ArrayList<>();
    all.add(of(Layout.DIRECT).named(Ground.PLAIN));
    for (Layout layout : Layout.values()) {
      if (layout != Layout.DIRECT) {
        all.add(of(layout));
      }
    }
    return all;
  }

  private static Ground of(Layout layout) {
    String name = layout.name().toLowerCase(Locale.ROOT);
    String path = PATH + "/" + name;
    return Ground.of(path, OpenFile.O_RDONLY, PAGES)
        .named(name)
        .mapping(new Act.Map(0, 0, 0, Pages.bytes(PAGES), Prot.READ, MapFlags.SHARED, 0))
        .offsets(Pages.bytes(PAGES / 2), Pages.bytes(PAGES))
        .events(new Act.Control(PATH, "drop"), new Act.Unlink(path), new Act.Close(0));
  }
}
