// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.secretmem;

import dev.vmarea.base.Pages;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;

/** How memfd_secret is put to work: files of four pages, sized once. */
final class SecretGrounds {
  private static final String FILE = SecretmemKind.INSTANCE.usualPath() + "file";
  private static final long PAGES = 4;
  private static final Act SIZE = new Act.Truncate(0, Pages.bytes(PAGES));
  private static final Act CUT = new Act.Truncate(0, 0);
  private static final Act PUNCH = new Act.PunchHole(0, 0, Pages.SIZE);
  private static final Act WRITE = new Act.Write(0, 0, 7);
  private static final Act CLOSE = new Act.Close(0);

  private SecretGrounds() {}

  static List<Ground> all() {
    Ground unsized = Ground.of(FILE, PAGES);
    return List.of(
        unsized.after(SIZE).offsets(Pages.bytes(PAGES)).events(CUT, PUNCH, WRITE, CLOSE),
        unsized.named("without a size").events(SIZE, CLOSE));
  }
}
