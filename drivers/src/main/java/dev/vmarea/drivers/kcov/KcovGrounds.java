// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.kcov;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How kcov is put to work, with a buffer of two pages. */
final class KcovGrounds {
  private static final String PATH = KcovKind.INSTANCE.usualPath();
  private static final long PAGES = 2;
  private static final Act INIT = control("init 1024");
  private static final Act ENABLE = control("enable");
  private static final Act CLOSE = new Act.Close(0);

  private KcovGrounds() {}

  static List<Ground> all() {
    Ground open = Ground.of(PATH, PAGES).whole();
    Ground plain = open.after(INIT);
    return List.of(
        plain.events(ENABLE, control("trace 7"), control("disable"), CLOSE),
        plain
            .named("enabled")
            .after(ENABLE)
            .events(control("trace 7"), control("disable"), control("exit"), CLOSE),
        open.named("before it is initialised").events(INIT),
        open.named("a buffer that ends inside a page").after(control("init 1000")).lengths(8000L),
        Ground.of(PATH, OpenFile.O_RDONLY, PAGES)
            .named("opened read-only")
            .whole()
            .after(INIT)
            .mapping(new Act.Map(0, 0, 0, Pages.bytes(PAGES), Prot.READ, MapFlags.SHARED, 0)));
  }

  private static Act control(String words) {
    return new Act.Control(PATH, words);
  }
}
