// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.devdax;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How device DAX is put to work: four units of 2 MiB, and of other sizes. */
final class DaxGrounds {
  private static final String PATH = DaxKind.INSTANCE.usualPath();

  /** Pages of 2 MiB. */
  private static final long UNIT = 512;

  /** Pages of 1 GiB. */
  private static final long GIGANTIC = 512 * UNIT;

  private static final long UNITS = 4;
  private static final Act KILL = new Act.Control(PATH, "kill");
  private static final Act CLOSE = new Act.Close(0);

  private DaxGrounds() {}

  static List<Ground> all() {
    long end = Pages.bytes(UNITS * UNIT);
    Ground plain = opened(OpenFile.O_RDWR);
    return List.of(
        plain
            .lengths(Pages.SIZE, end - Pages.SIZE, end + Pages.SIZE)
            .offsets(Pages.SIZE, end)
            .events(KILL, CLOSE),
        plain.named("killed").after(KILL).lengths(Pages.SIZE).events(CLOSE),
        Ground.of(PATH, UNITS)
            .named("units of a page, in two ranges")
            .with("align", "4k")
            .with("ranges", "0x1000000000-0x1000002000,0x1100000000-0x1100002000")
            .offsets(Pages.bytes(UNITS))
            .events(KILL),
        Ground.of(PATH, GIGANTIC)
            .named("units of 1 GiB")
            .with("align", "1g")
            .with("ranges", "0x1000000000-0x1040000000")
            .unit(GIGANTIC)
            .lengths(Pages.bytes(UNIT))
            .events(KILL),
        opened(OpenFile.O_RDONLY)
            .named("opened read-only")
            .mapping(new Act.Map(0, 0, 0, end, Prot.READ, MapFlags.SHARED, 0))
            .events(KILL),
        opened(OpenFile.O_WRONLY).named("opened write-only"));
  }

  private static Ground opened(int openFlags) {
    return Ground.of(PATH, openFlags, UNITS * UNIT).unit(UNIT);
  }
}
