// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.afs;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/**
 * Scenarios of afs. The posted column is the first conversion, on the kernel that it was made for.
 */
public final class AfsScenarios {
  private static final String FILE = AfsKind.INSTANCE.usualPath() + "/a";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          everywhere(
              "afs-1",
              "open mmaps follow the mappings: a child, a split, a part that goes, ends",
              lab -> {
                OpenFile file = file(lab);
                lab.mmap(file, 0, 4, R, SHARED, 0);
                String one = mmaps(lab);
                AddressSpace child = lab.fork();
                String forked = mmaps(lab);
                lab.munmap(1, 1);
                String split = mmaps(lab);
                lab.munmap(0, 1);
                String part = mmaps(lab);
                lab.exit(child);
                lab.close(file);
                String childGone = mmaps(lab);
                lab.munmap(0, 4);
                return String.join(", ", one, forked, split, part, childGone, mmaps(lab));
              },
              "1, 2, 3, 2, 1, 0"),
          columns(
              "afs-2",
              "mapped in two parts, which merge",
              lab -> {
                OpenFile file = file(lab);
                lab.mmap(file, 0, 1, R, SHARED, 0);
                lab.mmap(file, 1, 1, R, SHARED, 1);
                String both = mmaps(lab);
                lab.munmap(0, 2);
                return both + ", " + mmaps(lab);
              },
              "1, 0",
              "2, 1 | broken: /afs: open mmaps: 2 instead of 1;"
                  + " /afs: open mmaps: 1 instead of 0"
                  + " | left: /afs mapped files +1, /afs open mmaps +1"),
          columns(
              "afs-3",
              "no VMA can be had",
              lab -> {
                OpenFile file = file(lab);
                String failed =
                    lab.failing(
                        FailurePlan.nth(FailurePlan.Point.VMA, 1),
                        () -> lab.mmap(file, 0, 1, R, SHARED, 0));
                return failed + ", " + mmaps(lab);
              },
              "-ENOMEM, 0",
              "-ENOMEM, 1 | broken: /afs: open mmaps: 1 instead of 0"
                  + " | left: /afs mapped files +1, /afs open mmaps +1"),
          columns(
              "afs-4",
              "no nodes for the tree can be had",
              lab -> {
                OpenFile file = file(lab);
                String failed =
                    lab.failing(
                        FailurePlan.nth(FailurePlan.Point.TREE_NODE, 1),
                        () -> lab.mmap(file, 0, 1, R, SHARED, 0));
                return failed + ", " + mmaps(lab);
              },
              "-ENOMEM, 0",
              "-ENOMEM, 1 | broken: /afs: open mmaps: 1 instead of 0"
                  + " | left: /afs mapped files +1, /afs open mmaps +1"),
          everywhere(
              "afs-5",
              "the server calls back, or starts again: what is mapped is asked for again",
              lab -> {
                OpenFile file = file(lab);
                lab.mmap(file, 0, 1, R, SHARED, 0);
                lab.load(0);
                lab.load(1);
                String before = faults(lab);
                lab.control(FILE, "break " + FILE);
                lab.load(0);
                String broken = faults(lab);
                lab.control(FILE, "break " + FILE + "2");
                lab.load(0);
                String otherFile = faults(lab);
                lab.control(FILE, "restart");
                lab.load(0);
                String restarted = faults(lab);
                return String.join(", ", before, broken, otherFile, restarted, lab.unlink(FILE));
              },
              "1, 2, 2, 3, ok"),
          everywhere(
              "afs-6",
              "a private copy stays when the server calls back",
              lab -> {
                OpenFile file = file(lab);
                lab.mmap(file, 0, 1, RW, PRIVATE, 0);
                lab.store(0, 9);
                lab.control(FILE, "break " + FILE);
                return lab.load(0) + ", " + lab.unlink(FILE);
              },
              "9, ok"),
          everywhere(
              "afs-7",
              "the count of a file that was unlinked",
              lab -> {
                OpenFile file = file(lab);
                lab.mmap(file, 0, 1, R, SHARED, 0);
                lab.unlink(FILE);
                lab.close(file);
                String mapped = lab.user(FILE).counters().toString();
                lab.munmap(0, 1);
                return mapped;
              },
              "{mapped files=1, open files=1, open mmaps=1}"));

  private AfsScenarios() {}

  private static Scenario everywhere(String id, String what, Scenario.Steps steps, String outcome) {
    return columns(id, what, steps, outcome, outcome);
  }

  private static Scenario columns(
      String id, String what, Scenario.Steps steps, String right, String posted) {
    return Scenario.of(id, what, AfsKind.INSTANCE, steps)
        .legacy(right)
        .expect("posted", "prepare-count", Profile.LINUX_6_18, posted, false)
        .correct(right)
        .never(FailurePlan.Point.MAPPED); // what this file system does then cannot fail
  }

  /** A file of four pages. */
  private static OpenFile file(UserLab lab) throws ErrnoException {
    OpenFile file = lab.open(FILE, OpenFile.O_RDWR | FileTree.O_CREAT);
    file.inode().truncate(16 << 10);
    return file;
  }

  private static AfsVnode vnode(UserLab lab) throws ErrnoException {
    return ((AfsVolume) lab.user(FILE)).vnode(FILE);
  }

  private static String mmaps(UserLab lab) throws ErrnoException {
    return Long.toString(vnode(lab).openMmaps());
  }

  private static String faults(UserLab lab) throws ErrnoException {
    return Long.toString(vnode(lab).faults());
  }
}
