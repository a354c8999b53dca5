// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.vmcore;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How the file is put to work: a range of the old memory, and what has several parts. */
final class VmcoreGrounds {
  private static final String PATH = VmcoreKind.INSTANCE.usualPath();

  /** Pages of the header and the notes. */
  private static final long OWN_PAGES = 3;

  /** Pages of the first range. */
  private static final long RANGE = 4;

  /** Pages of the file. */
  private static final long FILE = OWN_PAGES + RANGE + 2;

  private VmcoreGrounds() {}

  static List<Ground> all() {
    Ground plain =
        opened(OpenFile.O_RDONLY, OWN_PAGES, RANGE)
            .offsets(0L, Pages.SIZE, Pages.bytes(FILE - 1), Pages.bytes(FILE));
    return List.of(
        plain,
        opened(OpenFile.O_RDONLY, 0, FILE).named("all parts"),
        opened(OpenFile.O_RDONLY, 1, OWN_PAGES - 1).named("notes"),
        opened(OpenFile.O_RDWR, OWN_PAGES, RANGE).named("opened for writing"));
  }

  private static Ground opened(int openFlags, long pgoff, long pages) {
    return Ground.of(PATH, openFlags, pages)
        .with("ranges", "0x3000000000-0x3000004000,0x3800000000-0x3800002000")
        .mapping(
            new Act.Map(
                0, 0, 0, Pages.bytes(pages), Prot.READ, MapFlags.SHARED, Pages.bytes(pgoff)))
        .events(new Act.Close(0));
  }
}
