// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shm;

import static dev.vmarea.drivers.UserLab.R;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.mapping.SharedMemoryOperation;
import dev.vmarea.mapping.SharedSegment;
import java.util.List;

/** Scenarios of System V shared memory: segment 1 of four pages. */
public final class ShmScenarios {
  private static final String SHM = ShmKind.INSTANCE.usualPath();
  private static final int MAYMOVE = MremapFlags.MAYMOVE;
  private static final int FIXED = MremapFlags.FIXED;
  private static final int REPLACE = SharedMemoryOperation.SHM_REMAP;

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          // An id comes back only after 65536 rounds, and a segment with attachments keeps it: that
          // the id was given to another is not to be had here. Linux says EINVAL to both.
          Scenario.of(
                  "T50",
                  "a removed segment is remapped by remap_file_pages over all of it",
                  ShmKind.INSTANCE,
                  lab -> {
                    String attached = attach(lab, 0, 0);
                    String removed = lab.control(SHM, "rmid 1");
                    String remapped = remapFilePages(lab, 0, 4, 0);
                    String left = lab.vma(0) == null ? "gone" : "mapped";
                    return String.join(
                        ", ", attached, removed, remapped, left, state(lab), attach(lab, 0, 0));
                  })
              .all("ok, ok, -EINVAL, gone, 0 destroyed, -EINVAL"),
          Scenario.of(
                  "T50b",
                  "the same over a part of it: the rest keeps the segment",
                  ShmKind.INSTANCE,
                  lab -> {
                    attach(lab, 0, 0);
                    lab.control(SHM, "rmid 1");
                    lab.store(0, 7);
                    String remapped = remapFilePages(lab, 1, 1, 0);
                    return String.join(", ", remapped, lab.load(1 << 12), state(lab));
                  })
              .all("ok, 7, 3"),
          Scenario.of(
                  "T51",
                  "the inner mmap fails",
                  ShmKind.INSTANCE,
                  lab -> {
                    lab.control(SHM, "refuse 1");
                    String refused = attach(lab, 0, 0);
                    String after = state(lab);
                    lab.control(SHM, "accept 1");
                    return String.join(", ", refused, after, attach(lab, 0, 0), state(lab));
                  })
              .all("-ENOMEM, 0, ok, 1"),
          Scenario.of(
                  "T51b",
                  "the inner mmap fails over the last attachment of a removed segment",
                  ShmKind.INSTANCE,
                  lab -> {
                    attach(lab, 0, 0);
                    lab.control(SHM, "rmid 1");
                    lab.control(SHM, "refuse 1");
                    return attach(lab, 0, REPLACE) + ", " + state(lab);
                  })
              .all("-ENOMEM, 0 destroyed"),
          Scenario.of(
                  "I12",
                  "over its last attachment a removed segment can be attached: shmat counts itself",
                  ShmKind.INSTANCE,
                  lab -> {
                    attach(lab, 0, 0);
                    lab.store(0, 7);
                    lab.control(SHM, "rmid 1");
                    String again = attach(lab, 0, REPLACE);
                    return String.join(", ", again, lab.load(0), state(lab));
                  })
              .all("ok, 7, 1"),
          Scenario.of(
                  "shm-rmid",
                  "removed while attached: it can be attached until the last one is gone",
                  ShmKind.INSTANCE,
                  lab -> {
                    attach(lab, 0, 0);
                    lab.control(SHM, "rmid 1");
                    String second = attach(lab, 8, 0);
                    lab.store(0, 9);
                    String shown = lab.load(8 << 12);
                    detach(lab, 0);
                    String one = state(lab);
                    detach(lab, 8);
                    String again = lab.control(SHM, "rmid 1");
                    return String.join(
                        ", ", second, shown, one, state(lab), attach(lab, 0, 0), again);
                  })
              .all("ok, 9, 1, 0 destroyed, -EINVAL, -EINVAL"),
          Scenario.of(
                  "shm-count",
                  "split, fork, partial unmap and exit count attachments",
                  ShmKind.INSTANCE,
                  lab -> {
                    attach(lab, 0, 0);
                    lab.mprotect(1, 1, R);
                    String split = state(lab);
                    AddressSpace child = lab.fork();
                    String forked = state(lab);
                    lab.munmap(1, 1);
                    lab.exit(child);
                    return String.join(", ", split, forked, state(lab));
                  })
              .all("3, 6, 2"),
          Scenario.of(
                  "shm-move",
                  "a part that moves is one attachment at its new place",
                  ShmKind.INSTANCE,
                  lab -> {
                    attach(lab, 0, 0);
                    lab.store(0, 5);
                    lab.control(SHM, "rmid 1");
                    String moved = lab.mremap(0, 1, 1, MAYMOVE | FIXED, 16);
                    return String.join(", ", moved, lab.load(16 << 12), state(lab));
                  })
              .all("ok, 5, 2"),
          Scenario.of(
                  "shm-merge",
                  "pieces never join again, and two attachments are two files",
                  ShmKind.INSTANCE,
                  lab -> {
                    attach(lab, 0, 0);
                    attach(lab, 4, 0);
                    lab.mprotect(1, 1, R);
                    lab.mprotect(1, 1, UserLab.RW);
                    return state(lab);
                  })
              .all("4"));

  private ShmScenarios() {}

  private static String attach(UserLab lab, long page, int flags) {
    return lab.call(() -> lab.space().syscalls().shmat(1, UserLab.at(page), flags));
  }

  private static void detach(UserLab lab, long page) {
    lab.call(() -> lab.space().syscalls().shmdt(UserLab.at(page)));
  }

  private static String remapFilePages(UserLab lab, long page, long pages, long pgoff) {
    return lab.call(
        () -> lab.space().syscalls().remapFilePages(UserLab.at(page), pages << 12, 0, pgoff, 0));
  }

  /** Attachments, and whether the segment is no more. */
  private static String state(UserLab lab) {
    SharedSegment segment = ((ShmModel) lab.user(SHM)).segment(1);
    return segment.attachments() + (segment.isDestroyed() ? " destroyed" : "");
  }
}
