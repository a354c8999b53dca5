// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How iommufd is put to work: a region of an object that lives, is held, is half gone, is gone. */
final class IommufdGrounds {
  private static final String PATH = IommufdKind.INSTANCE.usualPath();

  /** Where mmap finds the first region, bytes. */
  private static final long OFFSET = Pages.SIZE;

  private static final long PAGES = 4;
  private static final Act REGION = control("region 0 16k");
  private static final Act CLOSE = new Act.Close(0);

  private IommufdGrounds() {}

  static List<Ground> all() {
    Ground open = opened(OpenFile.O_RDWR);
    Ground plain = open.after(REGION).offsets(0L, OFFSET + Pages.bytes(PAGES));
    return List.of(
        plain.events(
            control("destroy 1"), control("destroy-begin 1"), control("destroy-end 1"), CLOSE),
        plain
            .named("replaced by another at its offset")
            .events(control("replace 1 16k 16k"), control("replace 1 0 8k")),
        plain
            .named("two regions, one behind the other")
            .after(control("region 16k 16k"))
            .lengths(Pages.bytes(2 * PAGES))
            .events(control("destroy 1"), control("destroy 2")),
        open.named("a region of one page")
            .after(control("region 0 4k"))
            .mapping(mapping(1, Prot.READ | Prot.WRITE))
            .offsets(0L, OFFSET + Pages.SIZE)
            .events(control("destroy 1")),
        plain
            .named("held by another object")
            .after(control("hold 1"))
            .events(control("unhold 1"), control("destroy 1"), CLOSE),
        plain
            .named("half destroyed")
            .after(control("destroy-begin 1"))
            .events(control("destroy-end 1"), REGION, CLOSE),
        plain.named("destroyed").after(control("destroy 1")).events(REGION, control("destroy 1")),
        open.named("without a region").events(REGION),
        opened(OpenFile.O_RDONLY)
            .named("opened read-only")
            .mapping(mapping(Prot.READ))
            .after(REGION)
            .events(control("destroy 1")),
        opened(OpenFile.O_WRONLY).named("opened write-only").after(REGION),
        plain.named("where nothing tracks how frames are cached").on(Architecture.MIPS));
  }

  private static Ground opened(int openFlags) {
    return Ground.of(PATH, openFlags, PAGES).whole().mapping(mapping(Prot.READ | Prot.WRITE));
  }

  private static Act.Map mapping(int prot) {
    return mapping(PAGES, prot);
  }

  private static Act.Map mapping(long pages, int prot) {
    return new Act.Map(0, 0, 0, Pages.bytes(pages), prot, MapFlags.SHARED, OFFSET);
  }

  private static Act control(String words) {
    return new Act.Control(PATH, words);
  }
}
