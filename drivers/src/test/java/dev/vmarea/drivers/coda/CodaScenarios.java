// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.coda;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.List;

/** Scenarios of Coda: a file of four pages. */
public final class CodaScenarios {
  private static final String FILE = CodaKind.INSTANCE.usualPath() + "/file";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          Scenario.of(
                  "T48",
                  "second mmap after the container changed, and when the first is gone",
                  CodaKind.INSTANCE,
                  lab -> {
                    OpenFile old = lab.open(FILE);
                    String first = lab.mmap(old, 0, 4, RW, SHARED, 0);
                    lab.control(FILE, "container " + FILE + " fresh");
                    OpenFile fresh = lab.open(FILE);
                    String busy = lab.mmap(fresh, 8, 4, RW, SHARED, 0);
                    lab.munmap(0, 4);
                    String still = lab.mmap(fresh, 8, 4, RW, SHARED, 0);
                    lab.close(old);
                    String free = lab.mmap(fresh, 8, 4, RW, SHARED, 0);
                    return String.join(", ", first, busy, still, free);
                  })
              // Counts go down when a file is released, not when it is unmapped.
              .all("ok, -EBUSY, -EBUSY, ok"),
          Scenario.of(
                  "T49",
                  "the inner mmap fails: counted until the file is released",
                  CodaKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.control(FILE, "broken " + FILE);
                    String failed = lab.mmap(file, 0, 4, RW, SHARED, 0);
                    String counted = count(lab);
                    lab.control(FILE, "repaired " + FILE);
                    lab.close(file);
                    return String.join(", ", failed, counted, count(lab), file.references() + "");
                  })
              .all("-ENOMEM, 1, 0, 0"),
          Scenario.of(
                  "coda-order",
                  "what cannot be mapped is said before Venus is asked, and she before EBUSY",
                  CodaKind.INSTANCE,
                  lab -> {
                    OpenFile old = lab.open(FILE);
                    lab.mmap(old, 0, 4, RW, SHARED, 0);
                    lab.control(FILE, "unmappable " + FILE + " socket");
                    OpenFile unmappable = lab.open(FILE);
                    lab.control(FILE, "container " + FILE + " fresh");
                    OpenFile other = lab.open(FILE);
                    lab.control(FILE, "refuse " + FILE);
                    String noDevice = lab.mmap(unmappable, 8, 4, RW, SHARED, 0);
                    String refused = lab.mmap(other, 8, 4, RW, SHARED, 0);
                    lab.control(FILE, "accept " + FILE);
                    String busy = lab.mmap(other, 8, 4, RW, SHARED, 0);
                    return String.join(", ", noDevice, refused, busy, count(lab));
                  })
              .all("-ENODEV, -EACCES, -EBUSY, 1"),
          Scenario.of(
                  "coda-refs",
                  "callbacks are counted by VMAs and keep the file open",
                  CodaKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 4, RW, SHARED, 0);
                    lab.close(file);
                    String closed = references(lab) + " " + file.references();
                    lab.mprotect(1, 1, R);
                    String split = references(lab);
                    AddressSpace child = lab.fork();
                    String forked = references(lab);
                    lab.exit(child);
                    lab.munmap(1, 3);
                    String cut = references(lab) + " " + file.references() + " " + count(lab);
                    lab.munmap(0, 1);
                    return String.join(
                        ", ", closed, split, forked, cut, file.references() + " " + count(lab));
                  })
              .all("1 1, 3, 6, 1 1 1, 0 0"),
          Scenario.of(
                  "coda-data",
                  "the container is what is mapped: two opens share it, the VMA holds it",
                  CodaKind.INSTANCE,
                  lab -> {
                    OpenFile one = lab.open(FILE);
                    OpenFile two = lab.open(FILE);
                    lab.mmap(one, 0, 4, RW, SHARED, 0);
                    lab.mmap(two, 8, 4, R, PRIVATE, 0);
                    lab.store(5, 42);
                    Vma vma = lab.vma(0);
                    OpenFile held = vma == null ? null : vma.file();
                    lab.control(FILE, "flush " + FILE); // what is in memory goes in the end
                    String path = held == null ? "nothing" : held.entry().path();
                    return String.join(", ", lab.load((8 << 12) + 5), path, count(lab));
                  })
              .all("42, container of /coda/file, 2"));

  private CodaScenarios() {}

  private static String count(UserLab lab) {
    return Integer.toString(((CodaModel) lab.user(FILE)).mapCount(FILE));
  }

  private static String references(UserLab lab) {
    Vma vma = lab.vma(0);
    return vma == null ? "unmapped" : CodaModel.wrapperReferences(vma) + "";
  }
}
