// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shm;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Pages;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import java.util.List;
import java.util.Map;

/** How segments are put to work: attached, while they are removed and their ids used again. */
final class ShmGrounds {
  private static final String PATH = ShmKind.INSTANCE.usualPath();
  private static final int SEGMENT = 1;
  private static final long BYTES = Pages.bytes(4);

  /** Page of an attachment that is there already, far from all others. */
  private static final long ELSEWHERE = 4096;

  private static final Act ATTACHED = new Act.Attach(0, SEGMENT, ELSEWHERE, BYTES, 0);
  private static final Act DETACH = new Act.Detach(0, ELSEWHERE);
  private static final Act REMOVE = control("rmid");
  private static final Act CREATE = control("create");
  private static final Act REFUSE = control("refuse");
  private static final Act ACCEPT = control("accept");

  private ShmGrounds() {}

  static List<Ground> all() {
    Ground plain = attached(BYTES);
    return List.of(
        plain.events(REMOVE, CREATE, REFUSE, ACCEPT),
        plain.named("removed").after(REMOVE).events(CREATE),
        plain.named("attached elsewhere").after(ATTACHED).events(REMOVE, DETACH),
        plain
            .named("removed while attached")
            .after(ATTACHED, REMOVE)
            .events(DETACH, CREATE, REFUSE),
        plain.named("its id used again").after(ATTACHED, REMOVE, CREATE).events(DETACH, REMOVE),
        plain.named("refused by its file").after(REFUSE).events(REMOVE, ACCEPT),
        attached(BYTES - 1)
            .named("not whole pages")
            .with("size", Long.toString(BYTES - 1))
            .events(REMOVE));
  }

  private static Ground attached(long bytes) {
    return new Ground(
        Ground.PLAIN,
        Map.of(),
        List.of(),
        new Act.Attach(0, SEGMENT, 0, bytes, 0),
        1,
        false,
        List.of(),
        List.of(),
        List.of(),
        Architecture.X86_64);
  }

  private static Act control(String word) {
    return new Act.Control(PATH, word + " " + SEGMENT);
  }
}
