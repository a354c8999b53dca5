// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.SHARED;
import static dev.vmarea.drivers.hugetlbfs.HugetlbfsRows.all;
import static dev.vmarea.drivers.hugetlbfs.HugetlbfsRows.columns;
import static dev.vmarea.drivers.hugetlbfs.HugetlbfsRows.row;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.hugetlb.HugetlbPages;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/** What a mapping of hugetlbfs keeps through its life, and what others meet on their way. */
final class HugetlbfsKept {
  private static final int MOVE = MremapFlags.MAYMOVE | MremapFlags.FIXED;

  private static final String MOVED = "ok owner r4 u0 k0 c4 m1 l1, ok locked r4 u0 k0 c4 m1 l1";

  static final List<Scenario> ROWS =
      List.of(
          all(
              row("H2", "private, one page is touched", HugetlbfsKept::consumed).with("max", "4"),
              "ok r2 u3 k0 c3 m1 l0, ok r2 u2 k0 c2 m1 l0, ok r0 u0 k0 c0 m0 l0"),
          all(
              row("H3", "what is reserved is the file's until it is cut", HugetlbfsKept::ofFile)
                  .with("max", "4"),
              "ok r3 u3 k0 c3 m0 l2, ok r2 u3 k0 c3 m0 l0, r0 u1 k0 c1 m0 l0, r0 u0 k0 c0 m0 l0"),
          all(
              row("H7", "a child owns nothing, and has locks of its own", HugetlbfsKept::forked),
              "owner locked, plain locked, r2 u0 k0 c2 m1 l2, r2 u0 k0 c2 m1 l1"),
          all(row("H8", "a move takes what is reserved along", HugetlbfsKept::move), MOVED),
          all(
              row("H8", "the parts of what is cut share it", HugetlbfsKept::cut),
              "ok, owner owner r2 u0 k0 c2 m1 l0, ok, owner none r1 u0 k0 c1 m1 l0"),
          columns(
              row("I5", "shared: truncation walks meanwhile", it -> walked(it, SHARED)),
              "ok, locked",
              "ok, locked | warned: UNBALANCED_UNLOCK",
              "ok, locked"),
          columns(
              row("I6", "private: truncation walks meanwhile", it -> walked(it, PRIVATE)),
              "ok, owner",
              "ok, owner | warned: UNBALANCED_UNLOCK",
              "ok, owner"),
          all(
              row("I16", "a fault takes a page that is being reserved", HugetlbfsKept::overtaken)
                  .with("max", "4"),
              "ok, r1 u2 k0 c2 m0 l1 2 long, 2 reserved, ok ok r0 u2 k0 c2 m0 l1,"
                  + " r0 u0 k0 c0 m0 l1"));

  private HugetlbfsKept() {}

  private static String consumed(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    it.map(file, 0, 3, PRIVATE, 0); // may be written to, so the file gets that long
    String touched = it.store(1) + " " + it.held();
    String cut = it.unmap(1, 1) + " " + it.held();
    return String.join(", ", touched, cut, it.unmap(0, 3) + " " + it.held());
  }

  private static String ofFile(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    it.map(file, 0, 3, SHARED, 0);
    String second = it.map(file, 8, 3, SHARED, 0) + " " + it.held();
    it.store(0);
    it.unmap(0, 3);
    String unmapped = it.unmap(8, 3) + " " + it.held();
    file.inode().truncate(HugePages.BYTES);
    String cut = it.held();
    file.inode().truncate(0);
    return String.join(", ", second, unmapped, cut, it.held());
  }

  private static String forked(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    it.map(file, 0, 1, PRIVATE, 0);
    it.map(file, 8, 1, SHARED, 0);
    AddressSpace child = it.lab.fork();
    String parents = it.has(0) + " " + it.has(8);
    String one = HugePages.has(child.lookup(UserLab.at(0)));
    String two = HugePages.has(child.lookup(UserLab.at(8 * HugePages.SMALL)));
    String both = it.held();
    it.lab.exit(child);
    return String.join(", ", parents, one + " " + two, both, it.held());
  }

  private static String move(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    it.map(file, 0, 2, PRIVATE, 0);
    it.map(file, 8, 2, SHARED, 0);
    String first = it.move(0, 2, 2, MOVE, 16) + " " + it.has(16) + " " + it.held();
    String second = it.move(8, 2, 2, MOVE, 24) + " " + it.has(24) + " " + it.held();
    return first + ", " + second;
  }

  private static String cut(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    it.map(file, 0, 2, PRIVATE, 0);
    String cut = it.lab.mprotect(0, HugePages.SMALL, UserLab.R);
    String both = it.has(0) + " " + it.has(1) + " " + it.held();
    String gone = it.unmap(1, 1);
    return String.join(", ", cut, both, gone, it.has(0) + " " + it.has(1) + " " + it.held());
  }

  private static String walked(HugePages it, int flags) throws ErrnoException {
    OpenFile file = it.unnamed();
    String mapped = HugePages.walked(file.inode(), () -> it.map(file, 0, 2, flags, 0));
    return mapped + ", " + it.has(0);
  }

  private static String overtaken(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    file.inode().size(2 * HugePages.BYTES);
    HugetlbPages pages = it.mount.pages(file.inode());
    String mapped = it.racing(() -> it.fault(pages, 0), () -> it.map(file, 0, 2, SHARED, 0));
    String held = it.held() + " " + it.file(file.inode());
    String touched = it.store(0) + " " + it.store(1) + " " + it.held();
    file.inode().truncate(0);
    return String.join(", ", mapped, held, touched, it.held());
  }
}
