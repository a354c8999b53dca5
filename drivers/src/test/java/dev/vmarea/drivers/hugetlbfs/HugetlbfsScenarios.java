// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.SHARED;
import static dev.vmarea.drivers.hugetlbfs.HugetlbfsRows.all;
import static dev.vmarea.drivers.hugetlbfs.HugetlbfsRows.columns;
import static dev.vmarea.drivers.hugetlbfs.HugetlbfsRows.row;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.hugetlbfs.HugePages.Step;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import java.util.stream.Stream;

/** Scenarios of hugetlbfs: what mmap says, and what it then holds. */
public final class HugetlbfsScenarios {
  private static final String NOTHING = "r0 u0 k0 c0 m0 l0";
  private static final String SEGMENT = "r2 u0 k0 c2 m0 l0";
  private static final String ATTACHED =
      SEGMENT + ", ok, locked r2 u0 k0 c2 m0 l1, ok, " + SEGMENT + ", " + NOTHING;

  /** The map and all that it stands for are nobody's. */
  private static final String LEAK =
      "-ENOMEM, r2 u2 k0 c2 m1 l0"
          + " | broken: /dev/hugepages: private maps: counted 1, found 0"
          + " | left: /dev/hugepages charged +2, /dev/hugepages private maps +1,"
          + " /dev/hugepages reserved +2, /dev/hugepages share used +2";

  private static final List<Scenario> REFUSED =
      List.of(
          all(
              row("T22", "private, the pool is too small", HugetlbfsScenarios::smallPool),
              "-ENOMEM r0 u0 k0 c0 m0 l0, ok r4 u0 k0 c4 m1 l0, ok r0 u0 k0 c0 m0 l0"),
          all(
              row("T23", "more than the mount's share", HugetlbfsScenarios::threeThenTwo)
                  .with("max", "2"),
              "-ENOMEM -ENOMEM r0 u0 k0 c0 m0 l0 0 long, 0 reserved, ok r2 u2 k0 c2 m0 l1"),
          all(
              row("T23", "more than the control group may", HugetlbfsScenarios::threeThenTwo)
                  .with("group", "2"),
              "-ENOMEM -ENOMEM r0 u0 k0 c0 m0 l0 0 long, 0 reserved, ok r2 u0 k0 c2 m0 l1"),
          all(
              row("T23", "no memory for a file's map, or for more", HugetlbfsScenarios::fileMap)
                  .with("max", "4"),
              "-ENOMEM, -ENOMEM, r0 u0 k0 c0 m0 l0, 0 long, 0 reserved"),
          all(
              row("T23", "no memory for a private map", HugetlbfsScenarios::privateMap)
                  .with("max", "4"),
              "-ENOMEM, r0 u0 k0 c0 m0 l0"),
          all(
              row("T23", "the mount's minimum covers what is reserved", HugetlbfsScenarios::minimum)
                  .with("min", "3")
                  .with("max", "6"),
              "r3 u0 k3 c0 m0 l0, -ENOMEM r3 u0 k3 c0 m0 l0, ok r4 u4 k0 c4 m0 l1,"
                  + " r3 u0 k3 c0 m0 l1"),
          all(
              row("T24", "inside a huge page, pool too small", HugetlbfsScenarios::misaligned),
              "-EINVAL, r0 u0 k0 c0 m0 l0"));

  private static final List<Scenario> LATE =
      List.of(
          columns(
                  row("T25", "private, no memory for the VMA", HugetlbfsScenarios::noVma)
                      .with("max", "4"),
                  "-ENOMEM, " + NOTHING,
                  LEAK,
                  LEAK)
              .expect("posted hook, good kernel", "v5", Profile.SETTLED, LEAK, false),
          columns(
                  row("T26", "shared, beyond the end, no tree node", HugetlbfsScenarios::noNode),
                  "-ENOMEM, r0 u0 k0 c0 m0 l0, 0 long, 0 reserved",
                  "-ENOMEM, r2 u0 k0 c2 m0 l0, 2 long, 2 reserved",
                  "-ENOMEM, r2 u0 k0 c2 m0 l0, 2 long, 2 reserved")
              .expect(
                  "posted hook, good kernel",
                  "v5",
                  Profile.SETTLED,
                  "-ENOMEM, r2 u0 k0 c2 m0 l0, 2 long, 2 reserved",
                  false),
          columns(
              row("T27", "shared, no memory for the VMA's lock", HugetlbfsScenarios::noLock),
              "ok, plain, 1 noted, ok, ok, r1 u0 k0 c2 m0 l0",
              "-EINVAL, plain, 0 noted, ok, ok, r1 u0 k0 c2 m0 l0",
              "-EINVAL, plain, 0 noted, ok, ok, r1 u0 k0 c2 m0 l0"),
          columns(
              row("T28", "below a segment that has its pages", HugetlbfsScenarios::belowSegment),
              ATTACHED,
              ATTACHED,
              // Below a stacked file nobody has locked the reverse map, and 6.19 unlocks it.
              ATTACHED + " | warned: UNBALANCED_UNLOCK"),
          all(
              row("T28", "a segment, the pool is too small", HugetlbfsScenarios::largeSegment),
              "-ENOMEM, " + NOTHING),
          // Not EFAULT as for other DONTEXPAND mappings: mremap asks for hugetlb before.
          all(
              row("T36", "mremap grows it, or leaves it behind", HugetlbfsScenarios::grow),
              "-EINVAL, -EINVAL"),
          row("G10", "mapped fails, and then the unmapping", HugetlbfsScenarios::failsTwice)
              .correct("-ENOMEM, none, " + NOTHING)
              .expect("7.2", "own", Profile.LINUX_7_2, "-ENOMEM, plain, " + NOTHING, false));

  /** The rows. */
  public static final List<Scenario> ROWS =
      Stream.of(REFUSED, LATE, HugetlbfsKept.ROWS).flatMap(List::stream).toList();

  private HugetlbfsScenarios() {}

  private static String smallPool(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String tooMany = it.map(file, 0, 5, PRIVATE, 0) + " " + it.held();
    String fits = it.map(file, 0, 4, PRIVATE, 0) + " " + it.held();
    return String.join(", ", tooMany, fits, it.unmap(0, 4) + " " + it.held());
  }

  private static String threeThenTwo(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String shared = it.map(file, 0, 3, SHARED, 0);
    String copies = it.map(file, 0, 3, PRIVATE, 0);
    String refused = String.join(" ", shared, copies, it.held(), it.file(file.inode()));
    return refused + ", " + it.map(file, 0, 2, SHARED, 0) + " " + it.held();
  }

  private static String fileMap(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String room = it.failing(Step.MAP, true, () -> it.map(file, 0, 2, SHARED, 0));
    String more = it.failing(Step.ADD, true, () -> it.map(file, 0, 2, SHARED, 0));
    return String.join(", ", room, more, it.held(), it.file(file.inode()));
  }

  private static String privateMap(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String failed = it.failing(Step.MAP, false, () -> it.map(file, 0, 2, PRIVATE, 0));
    return failed + ", " + it.held();
  }

  private static String minimum(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String before = it.held();
    String tooMany = it.map(file, 0, 5, SHARED, 0) + " " + it.held();
    String fits = it.map(file, 0, 4, SHARED, 0) + " " + it.held();
    file.inode().truncate(0);
    return String.join(", ", before, tooMany, fits, it.held());
  }

  private static String misaligned(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String refused = it.lab.mmap(file, 0, 5 * HugePages.SMALL, UserLab.RW, PRIVATE, 1);
    return refused + ", " + it.held();
  }

  private static String noVma(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String failed = it.failing(Point.VMA, 1, () -> it.map(file, 0, 2, PRIVATE, 0));
    return failed + ", " + it.held();
  }

  private static String noNode(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String failed = it.failing(Point.TREE_NODE, 1, () -> it.map(file, 0, 2, SHARED, 0));
    return String.join(", ", failed, it.held(), it.file(file.inode()));
  }

  private static String noLock(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String mapped = it.failing(Step.LOCK, true, () -> it.map(file, 0, 2, SHARED, 0));
    String works = it.has(0) + ", " + it.lab.notes() + " noted, " + it.store(1);
    return String.join(", ", mapped, works, it.unmap(0, 2), it.held());
  }

  private static String belowSegment(HugePages it) throws ErrnoException {
    SharedSegment segment = it.segment(2);
    String made = it.held();
    String mapped = HugePages.walked(segment.inode(), () -> it.attach(0));
    String is = it.has(0) + " " + it.held();
    String unmapped = it.unmap(0, 2) + ", " + it.held();
    segment.remove();
    return String.join(", ", made, mapped, is, unmapped, it.held());
  }

  private static String largeSegment(HugePages it) {
    String refused;
    try {
      refused = "ok, segment " + it.segment(5).id();
    } catch (ErrnoException e) {
      refused = "-" + e.errno().name();
    }
    return refused + ", " + it.held();
  }

  private static String grow(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    it.map(file, 0, 1, SHARED, 0);
    String grown = it.move(0, 1, 2, MremapFlags.MAYMOVE, 0);
    int leave = MremapFlags.MAYMOVE | MremapFlags.FIXED | MremapFlags.DONTUNMAP;
    return grown + ", " + it.move(0, 1, 1, leave, 8);
  }

  private static String failsTwice(HugePages it) throws ErrnoException {
    OpenFile file = it.unnamed();
    String failed = it.failing(Point.TREE_NODE, 2, () -> it.map(file, 0, 5, PRIVATE, 0));
    return String.join(", ", failed, it.has(0), it.held());
  }
}
