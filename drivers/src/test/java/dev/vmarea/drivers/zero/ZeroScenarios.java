// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.zero;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.List;

/** Scenarios of /dev/zero. */
public final class ZeroScenarios {
  private static final String FILE = ZeroKind.INSTANCE.usualPath();

  /** What v3 leaves in place of anonymous memory: U2 of users.md does not hold. */
  private static final String DEAD =
      " | broken: /dev/zero: mappings of /dev/zero that are not anonymous: 1 instead of 0";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          row(
                  "T07",
                  "shared: file and charge come and go with the mapping",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    String mapped = lab.mmap(device, 0, 4, RW, SHARED, 0);
                    OpenFile file = file(lab, 0);
                    String shown = file.entry().display();
                    int references = file.references();
                    long charged = lab.committed();
                    String unmapped = lab.munmap(0, 4);
                    return String.join(
                        ", ",
                        mapped,
                        shown,
                        "refs " + references,
                        "charge " + charged,
                        unmapped,
                        "refs " + file.references(),
                        "charge " + lab.committed());
                  })
              .legacy("ok, /dev/zero (deleted), refs 1, charge 4, ok, refs 0, charge 0")
              .posted(
                  "ok, /dev/zero (deleted), refs 2, charge 4, ok, refs 1, charge 4"
                      + " | left: charge +4")
              // users.md has the leak in v5, too; mm-semantics (trap 8) has it fixed in 6.19.x, and
              // the
              // profile follows that.
              .expect(
                  "landed",
                  "v5",
                  Profile.LINUX_6_19,
                  "ok, /dev/zero (deleted), refs 1, charge 4, ok, refs 0, charge 0",
                  false)
              .correct("ok, /dev/zero (deleted), refs 1, charge 4, ok, refs 0, charge 0"),
          row(
                  "T07b",
                  "shared, MAP_NORESERVE: nothing is charged",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    String mapped = lab.mmap(device, 0, 4, RW, SHARED | MapFlags.NORESERVE, 0);
                    long charged = lab.committed();
                    String unmapped = lab.munmap(0, 4);
                    return String.join(", ", mapped, "charge " + charged, unmapped);
                  })
              .legacy("ok, charge 0, ok")
              .posted("ok, charge 0, ok")
              .correct("ok, charge 0, ok"),
          // HOOK is passed twice: before the hook, and where the file's inode is made.
          row(
                  "T08",
                  "shared: no inode for the file",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    String mapped =
                        lab.failing(
                            FailurePlan.nth(FailurePlan.Point.HOOK, 2),
                            () -> lab.mmap(device, 0, 4, RW, SHARED, 0));
                    return String.join(
                        ", ", mapped, lab.vma(0) == null ? "nothing" : "a VMA", refs(device));
                  })
              .all("-ENOSPC, nothing, refs 1"),
          row(
                  "T08b",
                  "shared: the charge is refused",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    String mapped =
                        lab.failing(
                            FailurePlan.nth(FailurePlan.Point.COMMIT, 1),
                            () -> lab.mmap(device, 0, 4, RW, SHARED, 0));
                    return String.join(", ", mapped, refs(device));
                  })
              .all("-ENOMEM, refs 1"),
          // An old hook is not reached: the VMA is allocated before it is asked.
          row(
                  "T09",
                  "shared: no VMA after a hook that succeeded",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    String mapped =
                        lab.failing(
                            FailurePlan.nth(FailurePlan.Point.VMA, 1),
                            () -> lab.mmap(device, 0, 4, RW, SHARED, 0));
                    return String.join(", ", mapped, refs(device));
                  })
              .legacy("-ENOMEM, refs 1")
              .posted("-ENOMEM, refs 1 | left: charge +4")
              .correct("-ENOMEM, refs 1"),
          row(
                  "T10",
                  "private: zeroes, and pages of its own when written to",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    String mapped = lab.mmap(device, 0, 4, RW, PRIVATE, 1);
                    String read = lab.load(0);
                    String stored = lab.store(0, 7);
                    return String.join(
                        ", ", mapped, shape(lab), read, stored, lab.load(0), lab.load(4096));
                  })
              .legacy("ok, anonymous at 1, 0, ok, 7, 0")
              .posted("ok, dead at 1, SIGBUS, SIGBUS, SIGBUS, SIGBUS" + DEAD)
              .expect("landed", "v5", Profile.LINUX_6_19, "ok, anonymous at 1, 0, ok, 7, 0", false)
              .correct("ok, anonymous at 1, 0, ok, 7, 0"),
          row(
                  "T11",
                  "MAP_SHARED of a read-only descriptor is private",
                  lab -> {
                    OpenFile device = lab.open(FILE, OpenFile.O_RDONLY);
                    String mapped = lab.mmap(device, 0, 4, R, SHARED, 0);
                    String turned = lab.mprotect(0, 4, RW);
                    return String.join(", ", mapped, shape(lab), lab.load(0), turned);
                  })
              .legacy("ok, anonymous at 0, 0, -EACCES")
              .posted("ok, dead at 0, SIGBUS, -EACCES" + DEAD)
              .expect("landed", "v5", Profile.LINUX_6_19, "ok, anonymous at 0, 0, -EACCES", false)
              .correct("ok, anonymous at 0, 0, -EACCES"),
          row(
                  "2.9a",
                  "a second private mapping merges: its success hook is not needed",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    lab.mmap(device, 0, 2, RW, PRIVATE, 0);
                    String mapped = lab.mmap(device, 2, 2, RW, PRIVATE, 2);
                    Vma vma = lab.vma(0);
                    String merged = vma != null && vma.pages() == 4 ? "one VMA" : "two VMAs";
                    return String.join(", ", mapped, merged, shape(lab), lab.load(3 << 12));
                  })
              .legacy("ok, one VMA, anonymous at 0, 0")
              .posted("ok, one VMA, dead at 0, SIGBUS" + DEAD)
              .expect("landed", "v5", Profile.LINUX_6_19, "ok, one VMA, anonymous at 0, 0", false)
              .correct("ok, one VMA, anonymous at 0, 0"),
          row(
                  "2.9b",
                  "two shared mappings are two files, and never merge",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    lab.mmap(device, 0, 2, RW, SHARED, 0);
                    OpenFile first = file(lab, 0);
                    String mapped = lab.mmap(device, 2, 2, RW, SHARED, 0);
                    Vma second = lab.vma(2);
                    boolean same = second == null || second.file() == first;
                    lab.store(2 << 12, 3);
                    return String.join(
                        ", ", mapped, same ? "one file" : "two files", lab.load(0), shape(lab));
                  })
              .legacy("ok, two files, 0, ANONYMOUS at 0")
              .posted("ok, two files, 0, ANONYMOUS at 0 | left: charge +4, page frames +2")
              .correct("ok, two files, 0, ANONYMOUS at 0"),
          row(
                  "2.2a",
                  "shared at an offset: its file is no longer than the mapping",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    String mapped = lab.mmap(device, 0, 2, RW, SHARED, 1);
                    return String.join(", ", mapped, lab.load(0), lab.load(4096));
                  }) // as Linux 6.18 does
              .legacy("ok, 0, SIGBUS")
              .posted("ok, 0, SIGBUS | left: charge +2, page frames +1")
              .correct("ok, 0, SIGBUS"),
          row(
                  "2.9c",
                  "shared with a child, and cut",
                  lab -> {
                    OpenFile device = lab.open(FILE);
                    lab.mmap(device, 0, 4, RW, SHARED, 0);
                    lab.close(device);
                    AddressSpace child = lab.fork();
                    lab.store(4096, 6);
                    lab.munmap(0, 1);
                    OpenFile file = file(lab, 1);
                    String parent = refs(file);
                    lab.exit(child);
                    return String.join(", ", parent, refs(file), lab.load(4096));
                  })
              .legacy("refs 2, refs 1, 6")
              .posted("refs 3, refs 2, 6 | left: charge +4, page frames +1")
              .correct("refs 2, refs 1, 6"));

  private ZeroScenarios() {}

  private static Scenario row(String id, String what, Scenario.Steps steps) {
    return Scenario.of(id, what, ZeroKind.INSTANCE, steps);
  }

  /** The file of the mapping at a page; an error if there is none, as when mmap has failed. */
  private static OpenFile file(UserLab lab, long page) throws ErrnoException {
    Vma vma = lab.vma(page);
    OpenFile file = vma == null ? null : vma.file();
    if (file == null) {
      throw Errno.EFAULT.failure();
    }
    return file;
  }

  private static String refs(OpenFile file) {
    return "refs " + file.references();
  }

  private static String shape(UserLab lab) {
    Vma vma = lab.vma(0);
    if (vma == null || vma.file() == null) {
      return "nothing";
    }
    String ops = vma.isAnonymous() ? "anonymous" : String.valueOf(vma.ops());
    return (ops.equals("INSTANCE") ? "dead" : ops) + " at " + vma.pgoff();
  }
}
