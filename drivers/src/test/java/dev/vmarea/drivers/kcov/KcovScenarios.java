// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.kcov;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Advice;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.region.WholeBuffer;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;

/** Scenarios of kcov. A buffer of 2k words has four pages. */
public final class KcovScenarios {
  private static final String DEVICE = KcovKind.INSTANCE.usualPath();

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          everywhere(
              "T53",
              "before there is a buffer; wrong lengths; an offset; all of it",
              lab -> {
                OpenFile file = lab.open(DEVICE);
                String before = lab.mmap(file, 0, 4, RW, SHARED, 0);
                lab.control(DEVICE, "init 2k");
                return String.join(
                    ", ",
                    before,
                    lab.mmap(file, 0, 3, RW, SHARED, 0),
                    lab.mmap(file, 0, 5, RW, SHARED, 0),
                    lab.mmap(file, 0, 4, RW, SHARED, 1),
                    lab.mmap(file, 0, 4, RW, SHARED, 0));
              },
              "-EINVAL, -EINVAL, -EINVAL, -EINVAL, ok"),
          everywhere(
              "kcov-1",
              "a buffer that is not of whole pages cannot be mapped",
              lab -> {
                OpenFile file = lab.open(DEVICE);
                lab.control(DEVICE, "init 2000");
                return String.join(
                    ", ", lab.mmap(file, 0, 3, RW, SHARED, 0), lab.mmap(file, 0, 4, RW, SHARED, 0));
              },
              "-EINVAL, -EINVAL"),
          everywhere(
              "kcov-2",
              "each page of the mapping is that of the buffer; flags",
              lab -> {
                OpenFile file = lab.open(DEVICE);
                lab.control(DEVICE, "init 2k");
                lab.mmap(file, 0, 4, RW, SHARED, 0);
                for (int page = 0; page < 4; page++) {
                  area(lab).store(page << 12, (byte) (page + 5));
                }
                String read =
                    lab.load(0) + lab.load(1 << 12) + lab.load(2 << 12) + lab.load(3 << 12);
                lab.store(3 << 12, 1);
                Vma vma = lab.vma(0);
                long flags = vma == null ? 0 : vma.flags() & (VmFlags.SPECIAL | VmFlags.DONTDUMP);
                return String.join(
                    ", ",
                    read,
                    "written " + area(lab).loadWord(3 << 12),
                    VmFlags.mnemonics(flags).strip());
              },
              "5678, written 1, de mm"),
          everywhere(
              "kcov-3",
              "what a task passes is seen, while it is enabled",
              lab -> {
                OpenFile file = lab.open(DEVICE);
                lab.control(DEVICE, "init 512");
                lab.mmap(file, 0, 1, RW, SHARED, 0);
                lab.control(DEVICE, "trace 7");
                String before = lab.load(0);
                lab.control(DEVICE, "enable");
                lab.control(DEVICE, "trace 7");
                lab.control(DEVICE, "trace 9");
                lab.control(DEVICE, "trace 5 2");
                lab.control(DEVICE, "disable");
                lab.control(DEVICE, "trace 4");
                return String.join(", ", before, lab.load(0), lab.load(8), lab.load(16));
              },
              "0, 2, 7, 9"),
          everywhere(
              "kcov-4",
              "init of one word, twice; enabled before, twice, with another file; disabled by others",
              lab -> {
                lab.open(DEVICE);
                String early = lab.control(DEVICE, "enable");
                String small = lab.control(DEVICE, "init 1");
                String made = lab.control(DEVICE, "init 512");
                String again = lab.control(DEVICE, "init 512");
                String enabled = lab.control(DEVICE, "enable");
                String twice = lab.control(DEVICE, "enable 2");
                lab.open(DEVICE);
                lab.control(DEVICE, "init 512");
                String other = lab.control(DEVICE, "enable");
                String wrong = lab.control(DEVICE, "file 1 disable 2");
                lab.control(DEVICE, "exit");
                return String.join(", ", early, small, made, again, enabled, twice, other, wrong);
              },
              "-EINVAL, -EINVAL, ok, -EBUSY, ok, -EINVAL, -EBUSY, -EINVAL"),
          everywhere(
              "kcov-5",
              "closed while mapped and enabled; the task ends last",
              lab -> {
                OpenFile file = lab.open(DEVICE);
                lab.control(DEVICE, "init 2k");
                lab.mmap(file, 0, 4, RW, SHARED, 0);
                lab.control(DEVICE, "enable");
                lab.close(file);
                lab.control(DEVICE, "trace 7");
                String read = lab.load(0);
                lab.munmap(0, 4);
                String unmapped = lab.user(DEVICE).counters().toString();
                lab.control(DEVICE, "exit");
                return String.join(", ", read, unmapped, lab.user(DEVICE).counters().toString());
              },
              "1, {buffers=1}, {buffers=0}"),
          everywhere(
              "kcov-6",
              "a part is unmapped; a child; no growing, no moving apart",
              lab -> {
                OpenFile file = lab.open(DEVICE);
                lab.control(DEVICE, "init 2k");
                lab.mmap(file, 0, 4, RW, SHARED, 0);
                area(lab).store(3 << 12, (byte) 3);
                String part = lab.munmap(1, 1);
                AddressSpace child = lab.fork();
                lab.munmap(0, 4);
                lab.exit(child);
                lab.mmap(file, 0, 4, RW, SHARED, 0);
                return String.join(
                    ", ", part, lab.mremap(0, 4, 5, MremapFlags.MAYMOVE, 0), lab.load(3 << 12));
              },
              "ok, -EFAULT, 3"),
          // Nothing in the hook asks for a shared mapping: deduced, as is that a write is a copy.
          everywhere(
              "kcov-7",
              "private: what is written stays with the process",
              lab -> {
                OpenFile file = lab.open(DEVICE);
                lab.control(DEVICE, "init 512");
                String mapped = lab.mmap(file, 0, 1, RW, PRIVATE, 0);
                String stored = lab.store(9, 9);
                return String.join(
                    ", ", mapped, stored, lab.load(9), "buffer " + area(lab).loadWord(8));
              },
              "ok, ok, 9, buffer 0"),
          Scenario.of(
                  "kcov-8",
                  "twice no table for the second half of the pages: told once, or not at all",
                  KcovKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(DEVICE);
                    lab.control(DEVICE, "init 512k");
                    long pages = lab.machine().kernel().memory().allocatedPages();
                    List<String> log = new ArrayList<>();
                    lab.machine().kernel().warnings(warning -> log.add(warning.kind().name()));
                    String once = withoutTable(lab, file);
                    String twice = withoutTable(lab, file);
                    long kept = lab.machine().kernel().memory().allocatedPages() - pages;
                    String left = lab.vma(0) == null ? "nothing" : "mapped";
                    return String.join(", ", once, twice, left, kept + " pages", log.toString());
                  })
              .legacy("-ENOMEM, -ENOMEM, nothing, 0 pages, [NOTE]")
              .expect(
                  "posted",
                  "v2",
                  Profile.SETTLED,
                  "-ENOMEM, -ENOMEM, nothing, 0 pages, [NOTE]",
                  true)
              .correct("-ENOMEM, -ENOMEM, nothing, 0 pages, []"),
          // There are no callbacks to fault with; deduced.
          everywhere(
              "kcov-10",
              "pages that were taken out of the tables do not come back",
              lab -> {
                OpenFile file = lab.open(DEVICE);
                lab.control(DEVICE, "init 2k");
                lab.mmap(file, 0, 4, RW, SHARED, 0);
                String advised =
                    lab.call(
                        () -> lab.space().syscalls().madvise(UserLab.BASE, 4096, Advice.DONTNEED));
                return String.join(", ", advised, lab.load(0), lab.load(4096));
              },
              "ok, SIGBUS, 0"),
          Scenario.of(
                  "kcov-9",
                  "no memory for an array of pages, which only one hook needs",
                  KcovKind.INSTANCE,
                  lab -> {
                    OpenFile file = lab.open(DEVICE);
                    lab.control(DEVICE, "init 512");
                    return lab.failing(
                        FailurePlan.nth(FailurePlan.Point.HOOK, 2),
                        () -> lab.mmap(file, 0, 1, RW, SHARED, 0));
                  })
              .legacy("ok")
              .expect("posted", "v2", Profile.SETTLED, "-ENOMEM", true)
              .correct("ok"));

  private KcovScenarios() {}

  /** By all hooks the same; that of v2 on a kernel that has its action, where it loses nothing. */
  private static Scenario everywhere(String id, String what, Scenario.Steps steps, String outcome) {
    return Scenario.of(id, what, KcovKind.INSTANCE, steps)
        .legacy(outcome)
        .expect("posted", "v2", Profile.SETTLED, outcome, true)
        .correct(outcome);
  }

  private static String withoutTable(UserLab lab, OpenFile file) {
    return lab.failing(
        FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, 4),
        () -> lab.mmap(file, 0, 1024, R, SHARED, 0));
  }

  private static WholeBuffer area(UserLab lab) {
    WholeBuffer area = ((KcovDevice) lab.user(DEVICE)).kcov(1).area();
    if (area == null) {
      throw new IllegalStateException("no buffer");
    }
    return area;
  }
}
