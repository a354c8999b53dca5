// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How {@code /dev/mem} is put to work: where no RAM is, where some is, and at its limits. */
final class MemGrounds {
  private static final String PATH = MemKind.INSTANCE.usualPath();

  /** Where no RAM is, bytes. */
  private static final long DEVICE = 0xc0000000L;

  /** RAM, bytes. */
  private static final long RAM = 0x1000000;

  /** Where RAM ends below 1 MiB, bytes. */
  private static final long ISA_START = 0xa0000;

  /** The last page below 1 MiB, bytes. */
  private static final long ISA_LAST = 0xff000;

  /** The last page of 32-bit addresses, bytes. */
  private static final long LAST = 0xfffff000L;

  private static final long PAGES = 4;

  /** A page more than what one table of pages has entries for. */
  private static final long TWO_TABLES = 513;

  /** Page of the window that nothing else is at. */
  private static final long ASIDE = 1 << 16;

  private static final Act REVOKE = new Act.Control(PATH, "revoke 0xc0001000-0xc0002000");
  private static final Act CLOSE = new Act.Close(0);

  private MemGrounds() {}

  static List<Ground> all() {
    Ground plain = opened(OpenFile.O_RDWR);
    return List.of(
        plain.offsets(
            RAM, 1L << 46, (1L << 46) - Pages.SIZE, 1L << 63, -Pages.SIZE, -2 * Pages.SIZE),
        plain.named("a page is claimed").with("exclusive", "0xc0001000-0xc0002000"),
        at(plain, ISA_START - Pages.bytes(PAGES), PAGES)
            .named("up to where RAM ends, where cache modes are not tracked")
            .on(Architecture.MIPS)
            .offsets(DEVICE)
            .after(new Act.Open(PATH, OpenFile.O_RDWR | MemDevice.O_DSYNC))
            .events(mapping(1, 0, Prot.READ).part(Pages.SIZE, 0)),
        at(plain, LAST - 3 * Pages.SIZE, PAGES)
            .named("without an MMU, at the end of all memory")
            .on(Architecture.NOMMU)
            .with("physical-bits", "32")
            .with("exclusive", "0xfffff000-0x100000000")
            .offsets(LAST, LAST + Pages.SIZE),
        at(plain, LAST - 3 * Pages.SIZE, 3)
            .named("narrow, its last page is claimed")
            .with("physical-bits", "32")
            .with("exclusive", "0xfffff000-0x100000000")
            .offsets(LAST, LAST + Pages.SIZE),
        at(plain, ISA_LAST - 3 * Pages.SIZE, PAGES)
            .named("the last pages of the first MiB")
            .offsets(0L, ISA_LAST, ISA_LAST + Pages.SIZE),
        plain.named("without strictness").with("strict", "no").offsets(RAM),
        plain
            .named("also opened to do without a cache")
            .with("write-back", "0xc0000000-0xc0002000")
            .after(new Act.Open(PATH, OpenFile.O_RDWR | MemDevice.O_DSYNC))
            .events(mapping(1, ASIDE, Prot.READ | Prot.WRITE)),
        opened(OpenFile.O_RDONLY).named("opened read-only").mapping(mapping(0, 0, Prot.READ)),
        opened(OpenFile.O_WRONLY).named("opened write-only"),
        at(plain, DEVICE, TWO_TABLES).named("more than a table of pages"));
  }

  private static Ground opened(int openFlags) {
    return at(Ground.of(PATH, openFlags, PAGES), DEVICE, PAGES)
        .with("device", "0xc0000000-0xc0004000")
        .events(REVOKE, CLOSE);
  }

  private static Ground at(Ground ground, long physical, long pages) {
    return ground.mapping(
        new Act.Map(
            0, 0, 0, Pages.bytes(pages), Prot.READ | Prot.WRITE, MapFlags.SHARED, physical));
  }

  private static Act.Map mapping(int handle, long page, int prot) {
    return new Act.Map(0, handle, page, Pages.bytes(PAGES), prot, MapFlags.SHARED, DEVICE);
  }
}
