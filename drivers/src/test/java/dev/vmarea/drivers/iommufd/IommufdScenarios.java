// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.iommufd;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.RX;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.List;

/** Scenarios of iommufd. The region of object 1 has four pages, from page 1 of the file on. */
public final class IommufdScenarios {
  private static final String DEVICE = IommufdKind.INSTANCE.usualPath();
  private static final int RWX = RW | Prot.EXEC;

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          refused(
              "T41",
              "executable; private; no such region; inside of one; too short, too long",
              lab -> {
                OpenFile file = withRegion(lab);
                return String.join(
                    ", ",
                    lab.mmap(file, 0, 4, RX, SHARED, 1),
                    lab.mmap(file, 0, 4, RW, PRIVATE, 1),
                    lab.mmap(file, 0, 4, RW, SHARED, 0),
                    lab.mmap(file, 0, 4, RW, SHARED, 5),
                    lab.mmap(file, 0, 3, RW, SHARED, 2),
                    lab.mmap(file, 0, 3, RW, SHARED, 1),
                    lab.mmap(file, 0, 5, RW, SHARED, 1),
                    lab.mmap(file, 0, 4, RW, SHARED, 1),
                    users(lab));
              },
              "-EPERM, -EINVAL, -ENXIO, -ENXIO, -ENXIO, -ENXIO, -ENXIO, ok, users 2"),
          refused(
              "T42",
              "private and executable and no such region; executable and no such region",
              lab -> {
                OpenFile file = withRegion(lab);
                return String.join(
                    ", ",
                    lab.mmap(file, 0, 4, RWX, PRIVATE, 9),
                    lab.mmap(file, 0, 4, RWX, SHARED, 9));
              },
              "-EINVAL, -EPERM"),
          columns(
              Scenario.of(
                  "T43",
                  "the remap finds no page for a table",
                  IommufdKind.INSTANCE,
                  lab -> {
                    OpenFile file = withRegion(lab);
                    String failed =
                        lab.failing(
                            FailurePlan.nth(FailurePlan.Point.PAGE_TABLE, 1),
                            () -> lab.mmap(file, 0, 4, RW, SHARED, 1));
                    String users = users(lab);
                    return String.join(", ", failed, users, lab.control(DEVICE, "destroy 1"));
                  }),
              "-ENOMEM, users 1, ok",
              "-ENOMEM, users saturated, -EBUSY"
                  + " | broken: /dev/iommu: users of object 1: saturated instead of 1"
                  + " | warned: REFCOUNT, RULE"
                  + " | left: /dev/iommu objects +1, /dev/iommu regions +1",
              "-ENOMEM, users 1, ok"),
          everywhere(
              "T44",
              "no VMA can be had",
              lab -> {
                OpenFile file = withRegion(lab);
                String failed =
                    lab.failing(
                        FailurePlan.nth(FailurePlan.Point.VMA, 1),
                        () -> lab.mmap(file, 0, 4, RW, SHARED, 1));
                String users = users(lab);
                return String.join(", ", failed, users, lab.control(DEVICE, "destroy 1"));
              },
              "-ENOMEM, users 1, ok"),
          everywhere(
              "T45",
              "users follow the mappings: a fork, a split, a part that goes, ends",
              lab -> {
                OpenFile file = withRegion(lab);
                lab.mmap(file, 0, 4, RW, SHARED, 1);
                String one = users(lab);
                AddressSpace child = lab.fork();
                String forked = users(lab);
                lab.munmap(1, 1);
                String split = users(lab);
                lab.munmap(0, 1);
                String part = users(lab);
                lab.exit(child);
                String childGone = users(lab);
                lab.munmap(0, 4);
                return String.join(", ", one, forked, split, part, childGone, users(lab));
              },
              "users 2, users 3, users 4, users 3, users 2, users 1"),
          everywhere(
              "T46",
              "destroyed while mapped, while another object depends on it, and then",
              lab -> {
                OpenFile file = withRegion(lab);
                lab.mmap(file, 0, 4, RW, SHARED, 1);
                lab.control(DEVICE, "hold 1");
                String both = lab.control(DEVICE, "destroy 1");
                lab.munmap(0, 4);
                String held = lab.control(DEVICE, "destroy 1");
                lab.control(DEVICE, "unhold 1");
                String none = lab.control(DEVICE, "destroy 1");
                String again = lab.control(DEVICE, "destroy 1");
                return String.join(
                    ", ", both, held, none, again, lab.mmap(file, 0, 4, RW, SHARED, 1));
              },
              "-EBUSY, -EBUSY, ok, -ENOENT, -ENXIO"),
          everywhere(
              "T36",
              "it cannot grow, nor stay behind when it moves",
              lab -> {
                OpenFile file = withRegion(lab);
                lab.mmap(file, 0, 4, RW, SHARED, 1);
                int stay = MremapFlags.MAYMOVE | MremapFlags.FIXED | MremapFlags.DONTUNMAP;
                return String.join(
                    ", ",
                    lab.mremap(0, 4, 5, MremapFlags.MAYMOVE, 0),
                    lab.mremap(0, 4, 4, stay, 16),
                    users(lab));
              },
              "-EFAULT, -EINVAL, users 2"),
          everywhere(
              "iommufd-6",
              "moved: the count stays",
              lab -> {
                OpenFile file = withRegion(lab);
                lab.mmap(file, 0, 4, RW, SHARED, 1);
                int move = MremapFlags.MAYMOVE | MremapFlags.FIXED;
                String moved = lab.mremap(0, 4, 4, move, 16);
                String users = users(lab);
                lab.munmap(16, 4);
                return String.join(", ", moved, users, users(lab));
              },
              "ok, users 2, users 1"),
          everywhere(
              "iommufd-7",
              "a queue: producer, doorbell, consumer; too far ahead; a child shares it",
              lab -> {
                OpenFile file = withRegion(lab);
                lab.mmap(file, 0, 4, RW, SHARED, 1);
                lab.store(4, 5);
                String byByte = register(lab, QueueRegisters.PRODUCER);
                write(lab, QueueRegisters.PRODUCER, 64);
                String given = register(lab, QueueRegisters.CONSUMER);
                write(lab, QueueRegisters.DOORBELL, 1);
                String taken = register(lab, QueueRegisters.CONSUMER);
                write(lab, QueueRegisters.PRODUCER, 1);
                write(lab, QueueRegisters.DOORBELL, 1);
                String errors = register(lab, QueueRegisters.ERRORS);
                AddressSpace child = lab.fork();
                lab.munmap(0, 4);
                String childs = register(child, QueueRegisters.CONSUMER);
                return String.join(", ", byByte, given, taken, errors, childs, register(lab, 0));
              },
              "0, 0, 64, 1, 64, SIGSEGV"),
          everywhere(
              "iommufd-1",
              "the file is closed first: the mapping holds it and all of the context",
              lab -> {
                OpenFile file = withRegion(lab);
                lab.control(DEVICE, "region 64k 4k");
                lab.control(DEVICE, "hold 2");
                lab.mmap(file, 0, 4, RW, SHARED, 1);
                lab.close(file);
                String open = lab.user(DEVICE).counters().toString();
                lab.munmap(0, 4);
                return open + ", " + lab.user(DEVICE).counters();
              },
              "{objects=2, regions=2}, {objects=0, regions=0}"),
          everywhere(
              "iommufd-8",
              "refused where other memory was: that is gone",
              lab -> {
                OpenFile file = withRegion(lab);
                lab.anonymous(0, 4);
                String refused = lab.mmap(file, 0, 4, RW, SHARED, 9);
                return refused + ", " + (lab.vma(0) == null ? "gone" : "still there");
              },
              "-ENXIO, gone"),
          everywhere(
              "iommufd-2",
              "regions: parts of pages, outside, taken, the offset given again",
              lab -> {
                withRegion(lab);
                return String.join(
                    ", ",
                    lab.control(DEVICE, "region 100 4k"),
                    lab.control(DEVICE, "region 1m 4k"),
                    lab.control(DEVICE, "region 12k 8k"),
                    "" + context(lab).addRegion(64 << 10, 4 << 10),
                    lab.control(DEVICE, "destroy 1"),
                    "" + context(lab).addRegion(0, 8 << 10));
              },
              "-EINVAL, -EINVAL, -EBUSY, 20480, ok, 4096"),
          columns(
              Scenario.of(
                  "iommufd-3",
                  "a file opened read-only; where the mapping is in the file",
                  IommufdKind.INSTANCE,
                  lab -> {
                    OpenFile file = withRegion(lab, OpenFile.O_RDONLY);
                    String shared = lab.mmap(file, 0, 4, R, SHARED, 1);
                    Vma vma = lab.vma(0);
                    return shared + (vma == null ? "" : ", at page " + vma.pgoff());
                  }),
              "-EINVAL",
              "-EINVAL",
              "ok, at page 1"),
          columns(
              Scenario.of(
                  "iommufd-4",
                  "the offset of a mapping is dropped, where nobody saw to it",
                  IommufdKind.INSTANCE,
                  lab -> {
                    OpenFile file = withRegion(lab);
                    lab.mmap(file, 0, 4, RW, SHARED, 1);
                    Vma vma = lab.vma(0);
                    return vma == null ? "not mapped" : "at page " + vma.pgoff();
                  }),
              "at page 0",
              "at page 0",
              "at page 1"),
          // The hooks test VM_EXEC alone and leave VM_MAYEXEC, so mprotect gets what mmap refused;
          // deduced from the code, nobody has said it.
          wrong(
                  Scenario.of(
                      "iommufd-5",
                      "made executable afterwards",
                      IommufdKind.INSTANCE,
                      lab -> {
                        OpenFile file = withRegion(lab);
                        lab.mmap(file, 0, 4, RW, SHARED, 1);
                        return lab.mprotect(0, 4, RX);
                      }),
                  "ok | broken: /dev/iommu: a mapping of registers is executable")
              .correct("-EACCES"),
          window());

  private IommufdScenarios() {}

  /**
   * Mapped in the middle of a destruction: the object has no users any more, but its region is in
   * the tree (I3). The mapping is unmapped when the destruction has ended.
   */
  private static Scenario window() {
    return Scenario.of(
            "I3",
            "mapped in the middle of a destruction",
            IommufdKind.INSTANCE,
            lab -> {
              OpenFile file = withRegion(lab);
              String begun = lab.control(DEVICE, "destroy-begin 1");
              String mapped = lab.mmap(file, 0, 4, RW, SHARED, 1);
              String ended = lab.control(DEVICE, "destroy-end 1");
              return String.join(", ", begun, mapped, ended, lab.munmap(0, 4));
            })
        .expect("base", "base", Profile.SETTLED, MAPPED_IN_WINDOW, false)
        .expect("first-fix", "first-fix", Profile.SETTLED, MAPPED_IN_WINDOW, false)
        .expect("merged", "merged", Profile.SETTLED, "ok, -ENXIO, ok, ok", true)
        .expect("posted", "v3", Profile.V3_AS_POSTED, MAPPED_IN_WINDOW, false)
        .correct("ok, -ENXIO, ok, ok");
  }

  private static final String MAPPED_IN_WINDOW =
      "ok, ok, ok, ok | broken: /dev/iommu: the mapped region 1000 is freed"
          + " | warned: REFCOUNT, USE_AFTER_FREE";

  private static Scenario everywhere(String id, String what, Scenario.Steps steps, String outcome) {
    return columns(Scenario.of(id, what, IommufdKind.INSTANCE, steps), outcome, outcome, outcome);
  }

  /** The three old hooks do the same, but for races. */
  private static Scenario columns(Scenario row, String old, String posted, String correct) {
    return row.expect("base", "base", Profile.SETTLED, old, true)
        .expect("first-fix", "first-fix", Profile.SETTLED, old, true)
        .expect("merged", "merged", Profile.SETTLED, old, true)
        .posted(posted)
        .correct(correct);
  }

  /** Refused when private and writable, by which a port loses the charge (G5). */
  private static Scenario refused(String id, String what, Scenario.Steps steps, String outcome) {
    return columns(
        Scenario.of(id, what, IommufdKind.INSTANCE, steps),
        outcome,
        outcome + " | left: charge +4",
        outcome);
  }

  /** All that there were, without failures. */
  private static Scenario wrong(Scenario row, String before) {
    return row.expect("base", "base", Profile.SETTLED, before, false)
        .expect("first-fix", "first-fix", Profile.SETTLED, before, false)
        .expect("merged", "merged", Profile.SETTLED, before, false)
        .posted(before);
  }

  private static OpenFile withRegion(UserLab lab) throws ErrnoException {
    return withRegion(lab, OpenFile.O_RDWR);
  }

  private static OpenFile withRegion(UserLab lab, int flags) throws ErrnoException {
    OpenFile file = lab.open(DEVICE, flags);
    context(lab).addRegion(0, 16 << 10);
    return file;
  }

  private static IommufdContext context(UserLab lab) {
    return ((IommufdDevice) lab.user(DEVICE)).context(1);
  }

  /** What a program reads at an offset (bytes) of the mapping, or its signal. */
  private static String register(UserLab lab, long offset) {
    return register(lab.space(), offset);
  }

  private static String register(AddressSpace space, long offset) {
    try (Cpu cpu = space.cpu()) {
      return Integer.toString(cpu.loadInt(UserLab.BASE + offset));
    } catch (MemoryFault fault) {
      return "SIGSEGV";
    }
  }

  private static void write(UserLab lab, long offset, int value) {
    try (Cpu cpu = lab.space().cpu()) {
      cpu.storeInt(UserLab.BASE + offset, value);
    } catch (MemoryFault notMapped) {
      return; // where mmap was made to fail
    }
  }

  private static String users(UserLab lab) {
    return "users " + context(lab).objects().getFirst().users();
  }
}
