// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.vmcore;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.RX;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.region.Entries;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/**
 * Scenarios of /proc/vmcore, which here has a page of header, two of notes, and ranges of 4 and of
 * 8 pages. The ports have no variant "v3": what v2 did, v3 could not say.
 */
public final class VmcoreScenarios {
  private static final VmcoreKind VMCORE = VmcoreKind.INSTANCE;
  private static final String FILE = VMCORE.usualPath();

  /** Pages of the file, and where in it the ranges begin. */
  private static final long PAGES = 15;

  private static final long FIRST_RANGE = 3;
  private static final long SECOND_RANGE = 7;

  private static final String UNMAPPED =
      "-EINVAL, SIGSEGV SIGSEGV SIGSEGV, SIGSEGV, SIGSEGV, SIGSEGV, SIGSEGV, 0 mapped";

  private static final String FIXED = "-EPERM, -EPERM, ok, -EACCES, -EACCES, ok, -EACCES";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          // G12: below procfs the hook's flags are only added in v3, so what it cleared stays; that
          // the mapping could be made writable is what the model calls broken.
          Scenario.of(
                  "T54",
                  "to be written or executed; then mprotect of a mapping for reading",
                  VMCORE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String written = lab.mmap(file, 0, 1, RW, SHARED, FIRST_RANGE);
                    String executed = lab.mmap(file, 0, 1, RX, PRIVATE, FIRST_RANGE);
                    String shared = lab.mmap(file, 0, 1, R, SHARED, FIRST_RANGE);
                    String writable = lab.mprotect(0, 1, RW);
                    String executable = lab.mprotect(0, 1, RX);
                    String copied = lab.mmap(file, 1, 1, R, PRIVATE, FIRST_RANGE);
                    String own = lab.mprotect(1, 1, RW);
                    return String.join(
                        ", ", written, executed, shared, writable, executable, copied, own);
                  })
              .legacy(FIXED)
              .expect(
                  "posted",
                  "single",
                  Profile.V3_AS_POSTED,
                  "-EPERM, -EPERM, ok, ok, ok, ok, ok | broken: "
                      + changeable(1)
                      + "; "
                      + changeable(2),
                  false)
              .expect("single", "single", Profile.SETTLED, FIXED, true)
              .correct(FIXED),
          Scenario.of(
                  "vmcore-end",
                  "beyond the end, and to be written: the end is looked at first",
                  VMCORE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String behind = lab.mmap(file, 0, 1, RW, SHARED, PAGES);
                    String across = lab.mmap(file, 0, 2, R, SHARED, PAGES - 1);
                    String last = lab.mmap(file, 0, 1, R, SHARED, PAGES - 1);
                    return String.join(", ", behind, across, last);
                  })
              .legacy("-EINVAL, -EINVAL, ok")
              .correct("-EINVAL, -EINVAL, ok"),
          Scenario.of(
                  "vmcore-parts",
                  "the whole file at once: each page shows what lies there",
                  VMCORE,
                  lab -> {
                    Vmcore core = (Vmcore) lab.user(FILE);
                    core.oldMemory(0).store(0, 1, 10);
                    core.oldMemory(0).store((3 << 12) + 4095, 1, 11);
                    core.oldMemory(1).store(0, 1, 12);
                    OpenFile file = lab.open(FILE);
                    String mapped = lab.mmap(file, 0, PAGES, R, SHARED, 0);
                    lab.close(file);
                    String magic = lab.load(1) + " " + lab.load(2) + " " + lab.load(3);
                    return String.join(
                        ", ",
                        mapped,
                        magic,
                        lab.load(1 << 12),
                        lab.load(FIRST_RANGE << 12),
                        lab.load((SECOND_RANGE << 12) - 1),
                        lab.load(SECOND_RANGE << 12),
                        Entries.mapped(lab, 0, PAGES) + " mapped");
                  })
              .legacy("ok, 69 76 70, 0, 10, 11, 12, 15 mapped")
              .expect("single", "single", Profile.SETTLED, UNMAPPED, true)
              .correct("ok, 69 76 70, 0, 10, 11, 12, 15 mapped"),
          Scenario.of(
                  "vmcore-offset",
                  "from the middle of one range into the next",
                  VMCORE,
                  lab -> {
                    Vmcore core = (Vmcore) lab.user(FILE);
                    core.oldMemory(0).store(3 << 12, 1, 11);
                    core.oldMemory(1).store(0, 1, 12);
                    lab.mmap(lab.open(FILE), 0, 2, R, PRIVATE, SECOND_RANGE - 1);
                    return lab.load(0) + ", " + lab.load(1 << 12);
                  })
              .legacy("11, 12")
              .correct("11, 12"),
          // The old hook says EAGAIN whatever it is, as did v2's own action. The error hook of the
          // port is not asked below procfs, where the old hook above cleans up.
          Scenario.of(
                  "vmcore-table",
                  "no table for a part behind the first",
                  VMCORE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    // The header lies before a border of tables, all the rest behind it.
                    String error =
                        lab.failing(
                            FailurePlan.nth(Point.PAGE_TABLE, 4),
                            () -> lab.mmap(file, 511, PAGES, R, SHARED, 0));
                    String vma = lab.vma(511) == null ? "gone" : "there";
                    return error + ", " + vma + ", " + Entries.mapped(lab, 511, PAGES);
                  })
              .legacy("-EAGAIN, gone, 0")
              .correct("-ENOMEM, gone, 0"),
          Scenario.of(
                  "vmcore-life",
                  "split, forked, and the file removed from procfs: pages of notes stay mapped",
                  VMCORE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String mapped = lab.mmap(file, 0, PAGES, R, SHARED, 0);
                    lab.munmap(4, 2);
                    AddressSpace child = lab.fork();
                    lab.user(FILE).close();
                    String again = lab.mmap(file, 32, 1, R, SHARED, 0);
                    String notes = lab.load(1 << 12);
                    lab.exit(child);
                    return String.join(", ", mapped, again, notes, lab.load(FIRST_RANGE << 12));
                  })
              .legacy("ok, -EIO, 0, SIGBUS")
              .correct("ok, -EIO, 0, SIGBUS"));

  private VmcoreScenarios() {}

  private static String changeable(int count) {
    return FILE
        + ": mappings that are or can become writable or executable: "
        + count
        + " instead of 0";
  }
}
