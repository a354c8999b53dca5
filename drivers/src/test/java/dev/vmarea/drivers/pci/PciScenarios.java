// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.pci;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.Cpu;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.region.Entries;
import dev.vmarea.drivers.region.Failing;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.List;

/** Scenarios of PCI resources: BAR 0 is one page of registers, BAR 2 has 256 pages of memory. */
public final class PciScenarios {
  private static final PciKind PCI = PciKind.INSTANCE;
  private static final String FILE = PCI.usualPath();
  private static final String RESOURCE_0 = FILE + "/resource0";
  private static final String RESOURCE_2 = FILE + "/resource2";

  /** The first frames of the BARs, which are offsets in procfs. */
  private static final long REGISTERS = 0xfe000;

  private static final long MEMORY = 0xfd000;

  private static final String POSTED = "v2";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          same(
              Scenario.of(
                  "pci-fit",
                  "procfs: inside a BAR, at its end, across its end, in none",
                  PCI,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String whole = lab.mmap(file, 0, 256, RW, SHARED, MEMORY);
                    String last = lab.mmap(file, 0, 1, RW, SHARED, MEMORY + 255);
                    String across = lab.mmap(file, 0, 2, RW, SHARED, MEMORY + 255);
                    String between = lab.mmap(file, 0, 1, RW, SHARED, MEMORY + 256);
                    String low = lab.mmap(file, 0, 1, RW, SHARED, 0);
                    String registers = lab.mmap(file, 0, 1, RW, SHARED, REGISTERS);
                    return String.join(", ", whole, last, across, between, low, registers);
                  }),
              "ok, ok, -ENODEV, -ENODEV, -ENODEV, ok"),
          same(
              Scenario.of(
                  "pci-sysfs",
                  "sysfs: the offset counts from the BAR's beginning, and what does not fit is EINVAL",
                  PCI,
                  lab -> {
                    OpenFile file = lab.open(RESOURCE_2);
                    String last = lab.mmap(file, 0, 1, RW, SHARED, 255);
                    Vma vma = lab.vma(0);
                    String pgoff = vma == null ? "none" : Long.toHexString(vma.pgoff());
                    String across = lab.mmap(file, 1, 2, RW, SHARED, 255);
                    String physical = lab.mmap(file, 1, 1, RW, SHARED, MEMORY);
                    String other = lab.tryOpen(FILE + "/resource1", OpenFile.O_RDWR);
                    String combining = lab.tryOpen(RESOURCE_0 + "_wc", OpenFile.O_RDWR);
                    return String.join(", ", last, pgoff, across, physical, other, combining);
                  }),
              "ok, fd0ff, -EINVAL, -EINVAL, -ENOENT, -ENOENT"),
          same(
              Scenario.of(
                      "pci-rights",
                      "procfs needs CAP_SYS_RAWIO, which is looked at before anything else; sysfs not",
                      PCI,
                      lab -> {
                        String procfs = lab.mmap(lab.open(FILE), 0, 1, RW, SHARED, 0);
                        String sysfs = lab.mmap(lab.open(RESOURCE_0), 0, 1, RW, SHARED, 0);
                        return procfs + ", " + sysfs;
                      })
                  .with("rawio", "no"),
              "-EPERM, ok"),
          same(
              Scenario.of(
                      "pci-lockdown",
                      "a kernel that is locked down: neither",
                      PCI,
                      lab -> {
                        String procfs = lab.mmap(lab.open(FILE), 0, 1, RW, SHARED, REGISTERS);
                        String sysfs = lab.mmap(lab.open(RESOURCE_0), 0, 1, RW, SHARED, 0);
                        return procfs + ", " + sysfs;
                      })
                  .with("lockdown", "yes"),
              "-EPERM, -EPERM"),
          same(
              Scenario.of(
                      "pci-space",
                      "a file set to I/O space, looked at before the BARs",
                      PCI,
                      lab -> {
                        OpenFile file = lab.open(FILE);
                        String fits = lab.mmap(file, 0, 1, RW, SHARED, REGISTERS);
                        return fits + ", " + lab.mmap(file, 0, 1, RW, SHARED, 0);
                      })
                  .with("space", "io"),
              "-EINVAL, -EINVAL"),
          same(
              Scenario.of(
                      "pci-exclusive",
                      "a BAR that a driver has claimed; one that fits nowhere is looked at before",
                      PCI,
                      lab -> {
                        OpenFile file = lab.open(FILE);
                        String claimed = lab.mmap(file, 0, 1, RW, SHARED, REGISTERS);
                        String nowhere = lab.mmap(file, 0, 2, RW, SHARED, REGISTERS);
                        String other = lab.mmap(file, 0, 1, RW, SHARED, MEMORY);
                        String sysfs = lab.mmap(lab.open(RESOURCE_0), 1, 1, RW, SHARED, 0);
                        return String.join(", ", claimed, nowhere, other, sysfs);
                      })
                  .with("exclusive", "0"),
              "-EINVAL, -ENODEV, ok, -EINVAL"),
          same(
              Scenario.of(
                      "pci-combining",
                      "write combining where reading has no effect; everything else is not cached",
                      PCI,
                      lab -> {
                        OpenFile file = lab.open(FILE);
                        String registers = lab.mmap(file, 0, 1, RW, SHARED, REGISTERS);
                        lab.mmap(file, 0, 1, RW, SHARED, MEMORY);
                        lab.mmap(lab.open(RESOURCE_2 + "_wc"), 1, 1, RW, SHARED, 1);
                        lab.mmap(lab.open(RESOURCE_2), 2, 1, RW, SHARED, 2);
                        return String.join(
                            ", ",
                            registers,
                            Entries.cache(lab, 0),
                            Entries.cache(lab, 1),
                            Entries.cache(lab, 2));
                      })
                  .with("write-combine", "yes"),
              "-EINVAL, write-combining, write-combining, uncached-minus"),
          same(
              Scenario.of(
                  "pci-registers",
                  "the registers answer; each store to the doorbell rings once",
                  PCI,
                  lab -> {
                    lab.mmap(lab.open(FILE), 0, 1, RW, SHARED, REGISTERS);
                    lab.store(PciRegisters.SCRATCH + 1, 7);
                    lab.store(PciRegisters.DOORBELL, 1);
                    lab.store(PciRegisters.DOORBELL, 1);
                    PciDevice device = (PciDevice) lab.user(FILE);
                    return String.join(
                        ", ",
                        word(lab, PciRegisters.ID),
                        word(lab, PciRegisters.SCRATCH),
                        word(lab, PciRegisters.DOORBELL),
                        word(lab, PciRegisters.DOORBELL + 4),
                        device.registers().rings() + " rings");
                  }),
              "564d4152, 700, 2, ffffffff, 2 rings"),
          same(
              Scenario.of(
                  "pci-private",
                  "a private mapping copies a page of memory when it is written",
                  PCI,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 1, RW, SHARED, MEMORY);
                    lab.store(5, 7);
                    String mapped = lab.mmap(file, 1, 1, RW, PRIVATE, MEMORY);
                    String before = lab.load((1 << 12) + 5);
                    lab.store((1 << 12) + 5, 9);
                    return String.join(", ", mapped, before, lab.load((1 << 12) + 5), lab.load(5));
                  }),
              "ok, 7, 9, 7"),
          same(
              Scenario.of(
                  "pci-remove",
                  "the device is unplugged: no hook runs any more, mappings stay without an answer",
                  PCI,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 1, RW, SHARED, REGISTERS);
                    String removed = lab.control(FILE, "remove");
                    String again = lab.mmap(file, 1, 1, RW, SHARED, REGISTERS);
                    String open = lab.tryOpen(FILE, OpenFile.O_RDWR);
                    String vma = lab.vma(0) == null ? "gone" : "there";
                    return String.join(", ", removed, again, open, vma, lab.load(0));
                  }),
              "ok, -EIO, -ENOENT, there, SIGBUS"),
          // Only its count is left out; nobody takes such an entry away.
          same(
              Scenario.of(
                      "pci-permanent",
                      "a permanent entry of procfs is mapped the same",
                      PCI,
                      lab -> lab.mmap(lab.open(FILE), 0, 1, RW, SHARED, REGISTERS))
                  .with("permanent", "yes"),
              "ok"),
          same(
              Scenario.of(
                  "pci-waits",
                  "the entry is removed in the middle of a mapping: the removal waits",
                  PCI,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    Thread other = new Thread(() -> lab.user(FILE).control(List.of("remove")));
                    String[] state = new String[] {"not asked"};
                    String mapped =
                        lab.failing(
                            Failing.meanwhile(
                                Point.PFN_CONTEXT,
                                () -> {
                                  other.start();
                                  await(other, 100);
                                  state[0] = other.isAlive() ? "waits" : "goes on";
                                }),
                            () -> {
                              String result = lab.mmap(file, 0, 1, R, SHARED, REGISTERS);
                              await(other, 10_000);
                              return result;
                            });
                    String after = other.isAlive() ? "hangs" : "done";
                    return String.join(", ", state[0], mapped, after);
                  }),
              "waits, ok, done",
              false),
          // The error is the remap's own in both. What the compatibility layer did wrong in v3
          // shows
          // where the mapping takes the place of another (G11).
          same(
              Scenario.of(
                  "pci-table",
                  "no table: nothing is left",
                  PCI,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String error =
                        lab.failing(
                            FailurePlan.nth(Point.PAGE_TABLE, 1),
                            () -> lab.mmap(file, 0, 1, RW, SHARED, REGISTERS));
                    return error + ", " + (lab.vma(0) == null ? "gone" : "there");
                  }),
              "-ENOMEM, gone"),
          Scenario.of(
                  "pci-over",
                  "over a mapping, and then the frames cannot be reserved",
                  PCI,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.anonymous(0, 1);
                    String error =
                        lab.failing(
                            FailurePlan.nth(Point.PFN_RESERVE, 1),
                            () -> lab.mmap(file, 0, 1, RW, SHARED, REGISTERS));
                    return error + ", " + (lab.vma(0) == null ? "gone" : "there");
                  })
              .legacy("-EINVAL, gone")
              .expect(
                  "posted",
                  POSTED,
                  Profile.V3_AS_POSTED,
                  "-EINVAL, gone | warned: DOUBLE_DETACH",
                  false)
              .correct("-EINVAL, gone"),
          same(
              Scenario.of(
                  "pci-mremap",
                  "mremap to more pages",
                  PCI,
                  lab -> {
                    lab.mmap(lab.open(FILE), 0, 1, RW, SHARED, MEMORY);
                    return lab.mremap(0, 1, 2, MremapFlags.MAYMOVE, 0);
                  }),
              "-EFAULT"));

  private PciScenarios() {}

  private static Scenario same(Scenario row, String outcome) {
    return same(row, outcome, true);
  }

  /** The same outcome for the old hook and the port, on both kernels. */
  private static Scenario same(Scenario row, String outcome, boolean correct) {
    return row.expect("legacy", "legacy", Profile.SETTLED, outcome, correct)
        .expect("posted", POSTED, Profile.V3_AS_POSTED, outcome, false)
        .expect("correct", POSTED, Profile.SETTLED, outcome, correct);
  }

  private static String word(UserLab lab, long offset) {
    try (Cpu cpu = lab.space().cpu()) {
      return Integer.toHexString(cpu.loadInt(UserLab.BASE + offset));
    } catch (MemoryFault fault) {
      return fault.reason().name();
    }
  }

  private static void await(Thread thread, long milliseconds) {
    try {
      thread.join(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
