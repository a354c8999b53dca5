// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** How a union is put to work: a file of four pages that was copied up, others, and a device. */
final class OverlayGrounds {
  private static final String MOUNT = OverlayKind.INSTANCE.usualPath();
  private static final String NAME = "file";
  private static final String FILE = MOUNT + "/" + NAME;
  private static final String DEVICE = "device";
  private static final long DEVICE_BYTES = 1 << 20;
  private static final long PAGES = 4;
  private static final Act FILL = control("fill " + NAME + " 7");
  private static final Act DENY = control("deny " + NAME);
  private static final Act ALLOW = control("allow " + NAME);
  private static final Act BREAK = control("broken " + NAME);
  private static final Act REPAIR = control("repaired " + NAME);
  private static final Act REMOVE = control("remove " + NAME);
  private static final Act CLOSE = new Act.Close(0);

  private OverlayGrounds() {}

  static List<Ground> all() {
    Ground plain = opened(OpenFile.O_RDWR, Prot.READ | Prot.WRITE);
    Ground lower = opened(OpenFile.O_RDONLY, Prot.READ);
    Ground device =
        Ground.of(MOUNT + "/" + DEVICE, PAGES)
            .named("a device below")
            .with("device", DEVICE)
            .offsets(DEVICE_BYTES - Pages.bytes(PAGES), DEVICE_BYTES);
    return List.of(
        plain.offsets(Pages.bytes(PAGES)).events(DENY, BREAK, REPAIR, REMOVE, CLOSE),
        lower.named("in the lower layer").events(BREAK, REMOVE, CLOSE),
        lower
            .named("in the lower layer, then copied up")
            .after(new Act.Open(FILE, OpenFile.O_RDWR))
            .events(BREAK, REMOVE),
        device.events(control("deny " + DEVICE), CLOSE),
        plain.named("refused by the real file").after(BREAK).events(REPAIR, CLOSE),
        plain.named("denied").after(DENY).events(ALLOW),
        plain.named("denied, refused by the real file").after(DENY, BREAK).events(ALLOW, REPAIR),
        Ground.of(FILE, OpenFile.O_RDONLY, PAGES)
            .named("a real file that cannot be mapped")
            .mapping(mapping(Prot.READ))
            .first(control("unmappable " + NAME))
            .events(REMOVE),
        plain.named("removed").after(REMOVE).events(DENY, CLOSE),
        opened(OpenFile.O_WRONLY, Prot.READ | Prot.WRITE).named("opened write-only"));
  }

  private static Ground opened(int accessMode, int prot) {
    return Ground.of(FILE, accessMode, PAGES).first(FILL).mapping(mapping(prot));
  }

  private static Act.Map mapping(int prot) {
    return new Act.Map(0, 0, 0, Pages.bytes(PAGES), prot, MapFlags.SHARED, 0);
  }

  private static Act control(String words) {
    return new Act.Control(MOUNT, words);
  }
}
