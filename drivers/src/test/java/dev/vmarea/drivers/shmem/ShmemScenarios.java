// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.files.FileContents;
import dev.vmarea.files.TmpfsOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.List;
import java.util.Map;

/** Scenarios of tmpfs. */
public final class ShmemScenarios {
  private static final String FILE = ShmemKind.INSTANCE.usualPath() + "/a";
  private static final int NEW = OpenFile.O_RDWR | FileTree.O_CREAT;

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          row(
                  "T01",
                  "a file with a name",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    String mapped = lab.mmap(file, 0, 4, RW, SHARED, 0);
                    return String.join(", ", mapped, ops(lab, 0), gone(lab));
                  })
              .all("ok, NAMED, ok"),
          row(
                  "T02",
                  "a file that was unlinked",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    String unlinked = lab.unlink(FILE);
                    String mapped = lab.mmap(file, 0, 4, RW, SHARED, 0);
                    return String.join(", ", unlinked, mapped, ops(lab, 0));
                  })
              .all("ok, ok, ANONYMOUS"),
          row(
                  "2.1a",
                  "of two names one goes: it still has a name",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    String linked = lab.control(FILE, "link " + FILE + " " + FILE + "2");
                    lab.unlink(FILE);
                    String mapped = lab.mmap(file, 0, 4, RW, SHARED, 0);
                    return String.join(", ", linked, mapped, ops(lab, 0), lab.unlink(FILE + "2"));
                  })
              .all("ok, ok, NAMED, ok"),
          row(
                  "2.1b",
                  "a memfd has no name from the start",
                  lab -> {
                    OpenFile file = lab.open("memfd:x", 0);
                    file.inode().truncate(4096);
                    String mapped = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    boolean other = lab.open("memfd:x", 0).inode() == file.inode();
                    return String.join(
                        ", ",
                        mapped,
                        ops(lab, 0),
                        lab.store(0, 1),
                        file.entry().display(),
                        other ? "the same" : "another");
                  })
              .beside("memfd:", ShmemKind.INSTANCE, "", Map.of())
              .all("ok, ANONYMOUS, ok, /memfd:x (deleted), another"),
          row(
                  "T03",
                  "unlinked between two mappings that merge",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    lab.mmap(file, 0, 2, RW, SHARED, 0);
                    lab.unlink(FILE);
                    String mapped = lab.mmap(file, 2, 2, RW, SHARED, 2);
                    Vma vma = lab.vma(0);
                    String merged = vma != null && vma.pages() == 4 ? "one VMA" : "two VMAs";
                    return String.join(", ", mapped, merged, ops(lab, 0));
                  })
              .legacy("ok, one VMA, NAMED")
              .posted("ok, one VMA, ANONYMOUS")
              .correct("ok, one VMA, NAMED"),
          // The table allows either; the port's hook runs before anybody knows of the merge.
          row(
                  "T04",
                  "the access time, where a mapping merges",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    ShmemMount mount = (ShmemMount) lab.user(FILE);
                    lab.mmap(file, 0, 2, RW, SHARED, 0);
                    long once = mount.accesses(FILE);
                    lab.mmap(file, 2, 2, RW, SHARED, 2);
                    return once + ", " + mount.accesses(FILE) + ", " + gone(lab);
                  })
              .legacy("1, 1, ok")
              .posted("1, 2, ok")
              .correct("1, 2, ok"),
          row(
                  "T05",
                  "cut to nothing while it is mapped",
                  lab -> {
                    OpenFile file = file(lab, 2);
                    String mapped = lab.mmap(file, 0, 2, RW, SHARED, 0);
                    String stored = lab.store(0, 7);
                    file.inode().truncate(0);
                    String cut = lab.load(0);
                    file.inode().truncate(4096);
                    return String.join(
                        ", ", mapped, stored, cut, lab.load(0), lab.load(4096), gone(lab));
                  })
              .all("ok, ok, SIGBUS, 0, SIGBUS, ok"),
          row(
                  "T06",
                  "closed and unlinked while it is mapped",
                  lab -> {
                    OpenFile file = file(lab, 2);
                    String mapped = lab.mmap(file, 0, 2, RW, SHARED, 0);
                    lab.close(file);
                    lab.unlink(FILE);
                    String stored = lab.store(4096, 7);
                    long files = lab.user(FILE).counters().get("open files");
                    String unmapped = lab.munmap(0, 2);
                    long left = lab.user(FILE).counters().get("open files");
                    return String.join(
                        ", ", mapped, stored, files + " open", unmapped, left + " open");
                  })
              .all("ok, ok, 1 open, ok, 0 open"),
          row(
                  "2.1c",
                  "the page that the mount has no block for",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    lab.mmap(file, 0, 4, RW, SHARED, 0);
                    String first = lab.store(0, 1);
                    String second = lab.store(4096, 2);
                    String third = lab.store(8192, 3);
                    String written = write(lab, file, 12288);
                    file.inode().punchHole(0, 1);
                    String afterHole = lab.store(8192, 3);
                    return String.join(", ", first, second, third, written, afterHole, gone(lab));
                  })
              .with("size", "8k")
              .all("ok, ok, SIGBUS, -ENOSPC, ok, ok"),
          row(
                  "2.1d",
                  "written to by a call, seen by both kinds of mappings",
                  lab -> {
                    OpenFile file = file(lab, 2);
                    lab.mmap(file, 0, 2, RW, SHARED, 0);
                    lab.mmap(file, 4, 2, RW, PRIVATE, 0);
                    lab.store(4 << 12, 9);
                    String written = write(lab, file, 0);
                    return String.join(
                        ", ",
                        written,
                        lab.load(0),
                        lab.load(4 << 12),
                        lab.load(5 << 12),
                        gone(lab));
                  })
              .all("ok, 1, 9, 0, ok"),
          row(
                  "2.1e",
                  "a file that was sealed against writing",
                  lab -> {
                    OpenFile file = file(lab, 2);
                    file.inode().seals(TmpfsOperations.F_SEAL_WRITE);
                    String writing = lab.mmap(file, 0, 2, RW, SHARED, 0);
                    String reading = lab.mmap(file, 0, 2, R, SHARED, 0);
                    String turned = lab.mprotect(0, 2, RW);
                    String own = lab.mmap(file, 4, 2, RW, PRIVATE, 0);
                    return String.join(", ", writing, reading, turned, own, gone(lab));
                  })
              .all("-EPERM, ok, -EACCES, ok, ok"),
          row(
                  "2.1f",
                  "cut and forked: the callbacks stay, the file lives to the end",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    lab.mmap(file, 0, 4, RW, SHARED, 0);
                    lab.store(3 << 12, 5);
                    lab.unlink(FILE);
                    lab.close(file);
                    lab.munmap(1, 1);
                    AddressSpace child = lab.fork();
                    lab.exit(child);
                    return String.join(", ", ops(lab, 0), ops(lab, 2), lab.load(3 << 12));
                  })
              .all("NAMED, NAMED, 5"),
          row(
                  "2.1g",
                  "moved after it was unlinked: the callbacks stay",
                  lab -> {
                    OpenFile file = file(lab, 4);
                    lab.mmap(file, 0, 4, RW, SHARED, 0);
                    lab.store(3 << 12, 5);
                    lab.unlink(FILE);
                    lab.mremap(2, 2, 2, MremapFlags.MAYMOVE | MremapFlags.FIXED, 8);
                    return String.join(", ", ops(lab, 0), ops(lab, 8), lab.load(9 << 12));
                  })
              .all("NAMED, NAMED, 5"));

  private ShmemScenarios() {}

  private static Scenario row(String id, String what, Scenario.Steps steps) {
    return Scenario.of(id, what, ShmemKind.INSTANCE, steps);
  }

  private static OpenFile file(UserLab lab, long pages) throws ErrnoException {
    OpenFile file = lab.open(FILE, NEW);
    file.truncate(pages << 12);
    return file;
  }

  private static String gone(UserLab lab) {
    return lab.unlink(FILE);
  }

  private static String ops(UserLab lab, long page) {
    Vma vma = lab.vma(page);
    return vma == null ? "nothing" : String.valueOf(vma.ops());
  }

  /** Writes a 1 at an offset, as a call does. */
  private static String write(UserLab lab, OpenFile file, long offset) {
    return lab.call(() -> {
      try {
        new FileContents(file.inode(), lab.machine().kernel().memory())
            .write(offset, new byte[] {1}, 0, 1);
        return 0;
      } catch (ErrnoException e) {
        return e.errno().negated();
      }
    });
  }
}
