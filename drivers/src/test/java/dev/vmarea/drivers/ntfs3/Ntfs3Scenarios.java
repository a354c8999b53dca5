// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** Scenarios of ntfs3. */
public final class Ntfs3Scenarios {
  private static final String FILE = Ntfs3Kind.INSTANCE.usualPath() + "/a";
  private static final int NEW = OpenFile.O_RDWR | FileTree.O_CREAT;

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          row(
                  "T18",
                  "a sparse file's page that is mapped by merging",
                  lab -> {
                    OpenFile file = sparse(lab, 2);
                    lab.mmap(file, 0, 1, RW, SHARED, 0);
                    String mapped = lab.mmap(file, 1, 1, RW, SHARED, 1);
                    String state = state(lab, 1) + ", valid " + file(lab).valid();
                    String stored = lab.store(4096, 7);
                    lab.munmap(0, 2);
                    lab.control(FILE, "writeback " + FILE);
                    lab.mmap(file, 0, 2, R, SHARED, 0);
                    return String.join(", ", mapped, state, stored, lab.load(4096), gone(lab));
                  })
              .legacy("ok, a hole, valid 4096, ok, 0, ok") // what was stored is lost
              .posted("ok, allocated, valid 8192, ok, 7, ok")
              .correct("ok, allocated, valid 8192, ok, 7, ok"),
          row(
                  "T19",
                  "a writer has the inode's lock",
                  lab -> {
                    OpenFile file = plain(lab, 2);
                    lab.control(FILE, "lock " + FILE);
                    String busy = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    long before = file(lab).valid();
                    String reading = lab.mmap(file, 4, 1, R, SHARED, 0);
                    lab.control(FILE, "unlock " + FILE);
                    String mapped = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    long after = file(lab).valid();
                    lab.control(FILE, "lock " + FILE);
                    String valid = lab.mmap(file, 8, 1, RW, SHARED, 0);
                    lab.control(FILE, "unlock " + FILE);
                    return String.join(
                        ", ",
                        busy,
                        "valid " + before,
                        reading,
                        mapped,
                        "valid " + after,
                        valid,
                        gone(lab));
                  })
              .all("-EAGAIN, valid 0, ok, ok, valid 4096, ok, ok"),
          row(
                  "T20",
                  "compressed",
                  lab -> {
                    OpenFile file = plain(lab, 1);
                    lab.control(FILE, "attribute " + FILE + " compressed");
                    String reading = lab.mmap(file, 0, 1, R, SHARED, 0);
                    String writing = lab.mmap(file, 4, 1, RW, SHARED, 0);
                    // Nobody asks again: the mapping becomes writable.
                    String turned = lab.mprotect(0, 1, RW);
                    return String.join(", ", reading, writing, turned, gone(lab));
                  })
              .all("ok, -EOPNOTSUPP, ok, ok"),
          row(
                  "2.5a",
                  "order of checks: shut down, encrypted or deduplicated, lock",
                  lab -> {
                    OpenFile file = plain(lab, 1);
                    lab.control(FILE, "lock " + FILE);
                    String busy = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    lab.control(FILE, "attribute " + FILE + " dedup");
                    String dedup = lab.mmap(file, 0, 1, R, SHARED, 0);
                    lab.control(FILE, "attribute " + FILE + " encrypted");
                    String both = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    lab.control(FILE, "shutdown");
                    String down = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    String open = lab.tryOpen(FILE, OpenFile.O_RDONLY);
                    lab.control(FILE, "unlock " + FILE);
                    return String.join(", ", busy, dedup, both, down, open, gone(lab));
                  })
              .all("-EAGAIN, -EOPNOTSUPP, -EOPNOTSUPP, -EIO, -EIO, ok"),
          row(
                  "2.5b",
                  "bytes that were never written are zero, whatever the disk has",
                  lab -> {
                    OpenFile file = plain(lab, 2);
                    String written = write(lab, file, 10, 5);
                    lab.control(FILE, "writeback " + FILE);
                    lab.mmap(file, 0, 2, R, SHARED, 0);
                    return String.join(
                        ", ",
                        written,
                        "valid " + file(lab).valid(),
                        lab.load(9),
                        lab.load(10),
                        lab.load(11),
                        lab.load(4096),
                        gone(lab));
                  })
              .all("ok, valid 11, 0, 5, 0, 0, ok"),
          // The test is for VM_WRITE alone: private mappings take clusters, too.
          row(
                  "2.5c",
                  "a private writable mapping fills holes, a read-only one does not",
                  lab -> {
                    OpenFile file = sparse(lab, 2);
                    lab.mmap(file, 0, 1, R, SHARED, 0);
                    String reading = state(lab, 0);
                    lab.mmap(file, 4, 1, RW, PRIVATE, 0);
                    return reading + ", " + state(lab, 0) + ", " + gone(lab);
                  })
              .all("a hole, allocated, ok"),
          row(
                  "2.5d",
                  "the volume is full",
                  lab -> {
                    OpenFile file = sparse(lab, 4);
                    String full = lab.mmap(file, 0, 4, RW, SHARED, 0);
                    long valid = file(lab).valid();
                    String some = state(lab, 1) + ", " + state(lab, 2); // taken, and kept
                    String reading = lab.mmap(file, 0, 4, R, SHARED, 0);
                    return String.join(", ", full, "valid " + valid, some, reading, gone(lab));
                  })
              .with("clusters", "2")
              .all("-ENOSPC, valid 0, allocated, a hole, ok, ok"),
          row(
                  "2.5e",
                  "clusters larger than a page",
                  lab -> {
                    OpenFile file = sparse(lab, 8);
                    lab.mmap(file, 0, 1, RW, SHARED, 5);
                    return String.join(
                        ", ",
                        state(lab, 3),
                        state(lab, 4),
                        state(lab, 7),
                        "valid " + file(lab).valid(),
                        gone(lab));
                  })
              .with("cluster", "16k")
              .all("a hole, allocated, allocated, valid 24576, ok"),
          row(
                  "2.5f",
                  "behind the end: no cluster, but what is before becomes valid; a touch is SIGBUS",
                  lab -> {
                    OpenFile file = sparse(lab, 1);
                    String mapped = lab.mmap(file, 0, 4, RW, SHARED, 1);
                    return String.join(
                        ", ",
                        mapped,
                        state(lab, 0),
                        "valid " + file(lab).valid(),
                        lab.store(0, 1),
                        gone(lab));
                  })
              .all("ok, a hole, valid 4096, SIGBUS, ok"));

  private Ntfs3Scenarios() {}

  private static Scenario row(String id, String what, Scenario.Steps steps) {
    return Scenario.of(id, what, Ntfs3Kind.INSTANCE, steps);
  }

  private static OpenFile plain(UserLab lab, long pages) throws ErrnoException {
    OpenFile file = lab.open(FILE, NEW);
    file.truncate(pages << 12);
    return file;
  }

  private static OpenFile sparse(UserLab lab, long pages) throws ErrnoException {
    OpenFile file = lab.open(FILE, NEW);
    lab.control(FILE, "attribute " + FILE + " sparse");
    file.truncate(pages << 12);
    return file;
  }

  private static NtfsFile file(UserLab lab) throws ErrnoException {
    return ((Ntfs3) lab.user(FILE)).file(FILE);
  }

  private static String state(UserLab lab, long page) throws ErrnoException {
    return file(lab).isAllocated(page << 12, page + 1 << 12) ? "allocated" : "a hole";
  }

  private static String gone(UserLab lab) {
    return lab.unlink(FILE);
  }

  private static String write(UserLab lab, OpenFile file, long offset, int value) {
    return lab.call(() -> {
      try {
        file.write(lab.machine().kernel().memory(), offset, new byte[] {(byte) value});
        return 0;
      } catch (ErrnoException e) {
        return e.errno().negated();
      }
    });
  }
}
