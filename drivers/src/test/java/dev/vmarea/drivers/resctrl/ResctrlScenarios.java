// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.resctrl;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.region.Entries;
import dev.vmarea.drivers.region.Failing;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** Scenarios of resctrl's pseudo-locked regions, which have 16 pages here. */
public final class ResctrlScenarios {
  private static final ResctrlKind RESCTRL = ResctrlKind.INSTANCE;
  private static final String FILE = RESCTRL.usualPath();

  /** How long a thread that can go on may take, in milliseconds. */
  private static final long PATIENCE = 10_000;

  /** How long is looked whether a thread waits, in milliseconds. */
  private static final long WAITING = 100;

  private static final String NOT_MOVED = "-EINVAL, nothing there, 7, ok";
  private static final String UNMOUNTED =
      "ok, 16 freed, -ENODEV, -ENODEV, 16 freed | broken: "
          + FILE
          + ": free memory is mapped | warned: BUG";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          Scenario.of(
                  "T36",
                  "mremap to more pages, and leaving the old ones",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 2, RW, SHARED, 0);
                    String grown = lab.mremap(0, 2, 3, MremapFlags.MAYMOVE, 0);
                    int left = MremapFlags.MAYMOVE | MremapFlags.DONTUNMAP;
                    return grown + ", " + lab.mremap(0, 2, 2, left, 0);
                  })
              .all("-EFAULT, -EINVAL"),
          Scenario.of(
                  "T37",
                  "private; a task that may run elsewhere; offset and length beyond the region",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String copied = lab.mmap(file, 0, 1, RW, PRIVATE, 0);
                    lab.control(FILE, "affinity 3-4");
                    String elsewhere = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    lab.control(FILE, "affinity 1,3");
                    String offset = lab.mmap(file, 0, 1, RW, SHARED, 17);
                    String atEnd = lab.mmap(file, 0, 1, RW, SHARED, 16);
                    String length = lab.mmap(file, 0, 3, RW, SHARED, 14);
                    String fits = lab.mmap(file, 0, 2, RW, SHARED, 14);
                    return String.join(", ", copied, elsewhere, offset, atEnd, length, fits);
                  })
              .legacy("-EINVAL, -EINVAL, -ENOSPC, -ENOSPC, -ENOSPC, ok")
              .posted("-EINVAL, -EINVAL, -ENOSPC, -ENOSPC, -ENOSPC, ok | left: charge +1")
              .correct("-EINVAL, -EINVAL, -ENOSPC, -ENOSPC, -ENOSPC, ok"),
          // Each pair of errors at once tells which check comes first. At the very end of the
          // region both a private and a shared mapping are beyond it, and only the kind differs.
          Scenario.of(
                  "resctrl-order",
                  "several errors at once: affinity, offset, kind, length",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    OpenFile readOnly = lab.open(FILE, OpenFile.O_RDONLY);
                    lab.control(FILE, "affinity 0-4");
                    String affinity = lab.mmap(file, 0, 1, RW, SHARED, 17);
                    lab.control(FILE, "affinity 0-3");
                    String offset = lab.mmap(file, 0, 1, RW, PRIVATE, 17);
                    String kind = lab.mmap(file, 0, 17, RW, PRIVATE, 0);
                    String notWritable = lab.mmap(readOnly, 0, 1, R, SHARED, 0);
                    lab.control(FILE, "affinity 0-4");
                    lab.control(FILE, "offline");
                    String domain = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    return String.join(", ", affinity, offset, kind, notWritable, domain);
                  })
              .legacy("-EINVAL, -ENOSPC, -EINVAL, -EINVAL, -ENODEV")
              .posted("-EINVAL, -ENOSPC, -EINVAL, -EINVAL, -ENODEV | left: charge +18")
              .correct("-EINVAL, -ENOSPC, -EINVAL, -EINVAL, -ENODEV"),
          Scenario.of(
                  "T38",
                  "written, unmapped, mapped again: cleared, also for who maps it still",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 2, RW, SHARED, 14);
                    lab.store(5, 7);
                    String written = lab.load(5);
                    lab.munmap(0, 1);
                    lab.store(1 << 12, 8);
                    lab.mmap(file, 4, 2, RW, SHARED, 14);
                    return String.join(", ", written, lab.load((4 << 12) + 5), lab.load(1 << 12));
                  })
              .all("7, 0, 0"),
          // The old hook has no error but EAGAIN behind its checks, the port as posted what the
          // remap says: nobody remarked on it. "own" has the old one.
          Scenario.of(
                  "T39",
                  "no table: cleared all the same",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 1024, 1, RW, SHARED, 0);
                    lab.store(1024 << 12, 7);
                    String error =
                        lab.failing(
                            FailurePlan.nth(Point.PAGE_TABLE, 1),
                            () -> lab.mmap(file, 0, 16, RW, SHARED, 0));
                    String left = Entries.mapped(lab, 0, 16) + " mapped";
                    return String.join(", ", error, left, lab.load(1024 << 12));
                  })
              .legacy("-EAGAIN, 0 mapped, 0")
              .posted("-ENOMEM, 0 mapped, 0")
              .correct("-EAGAIN, 0 mapped, 0"),
          Scenario.of(
                  "T40",
                  "mremap to another place",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 2, RW, SHARED, 0);
                    lab.store(5, 7);
                    int fixed = MremapFlags.MAYMOVE | MremapFlags.FIXED;
                    String moved = lab.mremap(0, 2, 2, fixed, 8);
                    String there = lab.vma(8) == null ? "nothing there" : "moved";
                    String inPlace = lab.mremap(0, 2, 1, 0, 0);
                    return String.join(", ", moved, there, lab.load(5), inPlace);
                  })
              .all(NOT_MOVED),
          Scenario.of(
                  "resctrl-unmount",
                  "resctrl is unmounted while a region is mapped",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 16, RW, SHARED, 0);
                    long before = lab.machine().kernel().memory().allocatedPages();
                    String unmounted = lab.control(FILE, "unmount");
                    long freed = before - lab.machine().kernel().memory().allocatedPages();
                    String again = lab.mmap(file, 32, 1, RW, SHARED, 0);
                    String opened = lab.tryOpen(FILE, OpenFile.O_RDWR);
                    lab.munmap(0, 16);
                    lab.close(file);
                    long late = before - lab.machine().kernel().memory().allocatedPages();
                    return String.join(
                        ", ", unmounted, freed + " freed", again, opened, late + " freed");
                  })
              .expect("legacy", "legacy", Profile.SETTLED, UNMOUNTED, false)
              .posted(UNMOUNTED)
              .correct("ok, 0 freed, -ENODEV, -ENODEV, 16 freed"),
          // I10: by the old hook the unmount waits, and frees what is mapped when it goes on. As
          // posted it does not wait, and what is free is mapped then.
          Scenario.of(
                  "I10",
                  "resctrl is unmounted when the checks are done and nothing is mapped yet",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    boolean old = lab.user(FILE).variant().isLegacy();
                    Thread other = new Thread(() -> lab.user(FILE).control(List.of("unmount")));
                    FailurePlan meanwhile =
                        Failing.meanwhile(
                            old ? Point.PFN_CONTEXT : Point.VMA,
                            () -> {
                              other.start();
                              await(other, old ? WAITING : PATIENCE);
                            });
                    boolean[] waits = new boolean[1];
                    String mapped =
                        lab.failing(
                            point -> {
                              boolean fails = meanwhile.fails(point);
                              waits[0] |= other.getState() == Thread.State.WAITING;
                              return fails;
                            },
                            () -> {
                              // Not lab.mmap: it would check while the other is still in its call.
                              long result =
                                  lab.space()
                                      .syscalls()
                                      .mmap(UserLab.at(0), Pages.SIZE, RW, SHARED, file, 0);
                              await(other, PATIENCE);
                              return UserLab.text(result);
                            });
                    lab.check();
                    return (waits[0] ? "waits, " : "goes on, ") + mapped;
                  })
              .expect(
                  "legacy",
                  "legacy",
                  Profile.SETTLED,
                  "waits, ok | broken: " + FILE + ": free memory is mapped",
                  false)
              .posted("goes on, ok | broken: " + FILE + ": free memory is mapped")
              .expect("correct", "own", Profile.SETTLED, "goes on, ok", false),
          Scenario.of(
                  "resctrl-life",
                  "closed, split, forked: waitcount follows the open file, not the mappings",
                  RESCTRL,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String opened = waitCount(lab);
                    String mapped = lab.mmap(file, 0, 4, RW, SHARED, 0);
                    lab.close(file);
                    lab.munmap(1, 2);
                    AddressSpace child = lab.fork();
                    String held = waitCount(lab);
                    lab.munmap(0, 4);
                    lab.exit(child);
                    return String.join(", ", opened, mapped, held, waitCount(lab));
                  })
              .all("1, ok, 1, 0"));

  private ResctrlScenarios() {}

  private static String waitCount(UserLab lab) {
    return String.valueOf(lab.user(FILE).counters().get("waitcount"));
  }

  private static void await(Thread thread, long milliseconds) {
    try {
      thread.join(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
