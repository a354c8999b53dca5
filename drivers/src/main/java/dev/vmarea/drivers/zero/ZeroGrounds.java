// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.zero;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How {@code /dev/zero} is put to work; it has no state, only ways to open it. */
final class ZeroGrounds {
  private static final String PATH = ZeroKind.INSTANCE.usualPath();
  private static final long PAGES = 4;
  private static final Act CLOSE = new Act.Close(0);

  private ZeroGrounds() {}

  static List<Ground> all() {
    return List.of(
        Ground.of(PATH, PAGES).events(CLOSE),
        Ground.of(PATH, OpenFile.O_RDONLY, PAGES)
            .named("opened read-only")
            .mapping(new Act.Map(0, 0, 0, Pages.bytes(PAGES), Prot.READ, MapFlags.SHARED, 0))
            .events(CLOSE),
        Ground.of(PATH, OpenFile.O_WRONLY, PAGES).named("opened write-only"),
        Ground.of(PATH, PAGES).named("without an MMU").on(Architecture.NOMMU));
  }
}
