// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.pci;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How a PCI device is put to work, with four pages of memory: by procfs and by sysfs. */
final class PciGrounds {
  private static final String PATH = PciKind.INSTANCE.usualPath();

  /** Physical address of BAR 2. */
  private static final long MEMORY = 0xfd000000L;

  /** Physical address of BAR 0, right behind. */
  private static final long REGISTERS = 0xfd004000L;

  private static final long PAGES = 4;
  private static final Act REMOVE = new Act.Control(PATH, "remove");
  private static final Act CLOSE = new Act.Close(0);

  private PciGrounds() {}

  static List<Ground> all() {
    Ground plain = procfs(OpenFile.O_RDWR, MEMORY, PAGES, Prot.READ | Prot.WRITE);
    Ground registers = procfs(OpenFile.O_RDWR, REGISTERS, 1, Prot.READ | Prot.WRITE);
    Ground memoryFile = sysfs("resource2", PAGES);
    return List.of(
        plain.offsets(0L, MEMORY - Pages.SIZE, REGISTERS, REGISTERS + Pages.SIZE),
        plain.named("removed").after(REMOVE),
        plain.named("an entry that is never removed").with("permanent", "yes"),
        plain.named("its memory is claimed").with("exclusive", "2"),
        plain.named("I/O space").with("space", "io"),
        plain.named("write combining").with("write-combine", "yes"),
        plain.named("without CAP_SYS_RAWIO").with("rawio", "no"),
        plain.named("I/O space, without CAP_SYS_RAWIO").with("space", "io").with("rawio", "no"),
        procfs(OpenFile.O_RDONLY, MEMORY, PAGES, Prot.READ).named("opened read-only"),
        registers.named("registers"),
        registers.named("registers with write combining").with("write-combine", "yes"),
        memoryFile.named("sysfs, memory").offsets(Pages.bytes(PAGES)),
        memoryFile.named("sysfs, locked down").with("lockdown", "yes"),
        memoryFile.named("sysfs, its memory is claimed").with("exclusive", "2"),
        sysfs("resource2_wc", PAGES).named("sysfs, memory with write combining"),
        sysfs("resource0", 1).named("sysfs, registers"));
  }

  private static Ground procfs(int openFlags, long physical, long pages, int prot) {
    return small(Ground.of(PATH, openFlags, pages))
        .mapping(new Act.Map(0, 0, 0, Pages.bytes(pages), prot, MapFlags.SHARED, physical));
  }

  private static Ground sysfs(String file, long pages) {
    return small(Ground.of(PATH + "/" + file, pages));
  }

  private static Ground small(Ground ground) {
    return ground
        .with("memory", "0xfd000000-0xfd004000")
        .with("registers", "0xfd004000")
        .events(REMOVE, CLOSE);
  }
}
