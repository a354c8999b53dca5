// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.devdax;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.Cpu;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.region.Entries;
import dev.vmarea.drivers.region.Failing;
import dev.vmarea.drivers.region.Stacked;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.List;

/** Scenarios of device DAX; a device of 8 MiB in units of 2 MiB unless said. */
public final class DaxScenarios {
  private static final DaxKind DAX = DaxKind.INSTANCE;
  private static final String FILE = DAX.usualPath();

  /** Pages of a unit. */
  private static final long UNIT = 512;

  /** Pages of 1 GiB. */
  private static final long GIANT = 512 * UNIT;

  private static final String MEMORY = "ranges";
  private static final String ALIGN = "align";

  private static final String MOVED = "ok, SIGBUS, ok, SIGBUS";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          Scenario.of(
                  "T12",
                  "private; a length, a start that are not of whole units; a killed device",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String copied = lab.mmap(file, 0, UNIT, R, PRIVATE, 0);
                    String length = lab.mmap(file, 0, UNIT + 1, RW, SHARED, 0);
                    String start = lab.mmap(file, 1, UNIT, RW, SHARED, 0);
                    String whole = lab.mmap(file, 0, UNIT, RW, SHARED, 0);
                    lab.control(FILE, "kill");
                    String killed = lab.mmap(file, UNIT, UNIT, RW, SHARED, 0);
                    return String.join(", ", copied, length, start, whole, killed);
                  })
              .all("-EINVAL, -EINVAL, -EINVAL, ok, -ENXIO"),
          Scenario.of(
                  "T13",
                  "private, and the device is killed, which is looked at first",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.control(FILE, "kill");
                    return lab.mmap(file, 0, UNIT, R, PRIVATE, 0);
                  })
              .all("-ENXIO"),
          Scenario.of(
                  "T14",
                  "unmapped inside a unit, and between units",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 3 * UNIT, RW, SHARED, 0);
                    String inside = lab.munmap(UNIT / 2, 1);
                    String across = lab.munmap(UNIT, UNIT + 1);
                    String whole = lab.munmap(UNIT, UNIT);
                    String protect = lab.mprotect(0, 1, R);
                    String shrunk = lab.mremap(0, UNIT, 1, 0, 0);
                    return String.join(", ", inside, across, whole, protect, shrunk);
                  })
              .all("-EINVAL, -EINVAL, ok, -EINVAL, -EINVAL"),
          // The legacy hook looks at the file of the VMA, the port at the one mapped: the same
          // unless files are stacked.
          Scenario.of(
                  "devdax-inode",
                  "a file with the device's hook whose inode is not DAX",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    FileSystem other = new FileSystem("devtmpfs", false, false);
                    OpenFile plain =
                        new OpenFile(
                            new Inode(Inode.Type.CHARACTER_DEVICE, other),
                            new DirectoryEntry("/dev/other"),
                            OpenFile.O_RDWR,
                            file.operations());
                    String refused = lab.mmap(plain, 0, UNIT, RW, SHARED, 0);
                    plain.put();
                    return refused;
                  })
              .all("-EINVAL"),
          Scenario.of(
                  "devdax-stacked",
                  "below a file system that keeps its own file: faults look at the VMA's, too",
                  DAX,
                  lab -> {
                    OpenFile inner = lab.open(FILE);
                    OpenFile kept = Stacked.over(inner, false);
                    OpenFile replaced = Stacked.over(inner, true);
                    String outer = lab.mmap(kept, 0, UNIT, RW, SHARED, 0) + " " + lab.load(0);
                    lab.munmap(0, UNIT);
                    String own = lab.mmap(replaced, 0, UNIT, RW, SHARED, 0) + " " + lab.load(0);
                    kept.put();
                    replaced.put();
                    return outer + ", " + own;
                  })
              .legacy("-EINVAL SIGSEGV, ok 0")
              .posted("ok SIGBUS, ok 0")
              .correct("ok SIGBUS, ok 0"),
          Scenario.of(
                  "devdax-read",
                  "opened for reading only and mapped shared: what counts is what was asked for",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE, OpenFile.O_RDONLY);
                    String mapped = lab.mmap(file, 0, UNIT, R, SHARED, 0);
                    return String.join(", ", mapped, lab.load(5), lab.store(5, 1));
                  })
              .all("ok, 0, SIGSEGV"),
          Scenario.of(
                  "devdax-fault-2m",
                  "one huge entry a unit; behind the end a bus error",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 2 * UNIT, RW, SHARED, 3 * UNIT);
                    String stored = lab.store((5 << 12) + 5, 7);
                    String level = "level " + Entries.level(lab, 0);
                    String frame = Entries.frame(lab, UNIT - 1);
                    String behind = lab.load(UNIT << 12);
                    return String.join(", ", stored, level, frame, behind);
                  })
              .all("ok, level 1, 10007ff, SIGBUS"),
          Scenario.of(
                  "devdax-fault-4k",
                  "units of a page have entries of a page, however much is mapped",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, UNIT, RW, SHARED, 0);
                    String stored = lab.store(5, 7);
                    String level = "level " + Entries.level(lab, 0);
                    String mapped = Entries.mapped(lab, 0, UNIT) + " mapped";
                    return String.join(", ", stored, level, mapped, lab.munmap(1, 3));
                  })
              .with(ALIGN, "4k")
              .all("ok, level 0, 1 mapped, ok"),
          Scenario.of(
                  "devdax-fault-1g",
                  "units of 1 GiB",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String refused = lab.mmap(file, 0, UNIT, RW, SHARED, 0);
                    lab.mmap(file, 0, GIANT, RW, SHARED, GIANT);
                    String stored = lab.store(UNIT << 12, 7);
                    String level = "level " + Entries.level(lab, 0);
                    return String.join(
                        ", ",
                        refused,
                        stored,
                        level,
                        Entries.frame(lab, UNIT),
                        lab.munmap(0, UNIT));
                  })
              .with(ALIGN, "1g")
              .with(MEMORY, "0x1000000000-0x1080000000")
              .all("-EINVAL, ok, level 2, 1040200, -EINVAL"),
          // Nothing refuses such an offset; its frames do not suit a huge entry. What Linux makes
          // of that is assumed: a bus error.
          Scenario.of(
                  "devdax-offset",
                  "an offset that is no multiple of the unit",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    return lab.mmap(file, 0, UNIT, RW, SHARED, 1) + ", " + lab.load(0);
                  })
              .all("ok, SIGBUS"),
          Scenario.of(
                  "devdax-ranges",
                  "two ranges, one behind the other in the file",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 3 * UNIT, RW, SHARED, 0);
                    String stored = lab.store(UNIT << 12, 7) + " " + lab.store(UNIT << 13, 8);
                    String frames = Entries.frame(lab, UNIT) + " " + Entries.frame(lab, 2 * UNIT);
                    lab.munmap(0, 3 * UNIT);
                    lab.mmap(file, 0, UNIT, R, SHARED, 2 * UNIT);
                    return String.join(", ", stored, frames, lab.load(0));
                  })
              .with(MEMORY, "0x1000000000-0x1000400000,0x2000000000-0x2000200000")
              .all("ok ok, 1000200 2000000, 8"),
          Scenario.of(
                  "devdax-kill",
                  "killed while mapped, by two processes: unmapped, and then a bus error",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, UNIT, RW, SHARED, 0);
                    lab.store(5, 7);
                    AddressSpace child = lab.fork();
                    String shared = read(child);
                    String killed = lab.control(FILE, "kill");
                    String there = lab.vma(0) == null ? "no VMA" : "VMA";
                    String frames = Entries.frame(lab, 0);
                    lab.exit(child);
                    String read = lab.load(5);
                    return String.join(", ", shared, killed, there, frames, read);
                  })
              .all("7, ok, VMA, -, SIGBUS"),
          // Only for the port: between the old hook's checks and its VMA nothing can be made to
          // wait.
          Scenario.of(
                  "I11",
                  "killed when the checks are done and the VMA not yet there",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String mapped =
                        lab.failing(
                            Failing.meanwhile(
                                Point.VMA, () -> lab.user(FILE).control(List.of("kill"))),
                            () -> lab.mmap(file, 0, UNIT, RW, SHARED, 0));
                    String read = lab.load(0);
                    return mapped + ", " + read + ", " + Entries.mapped(lab, 0, UNIT);
                  })
              .posted("ok, SIGBUS, 0")
              .correct("ok, SIGBUS, 0"),
          // The port's flags are known before the range is tried with its neighbours. The old hook
          // changes them behind that. Up to 6.16 a second try followed, if a mapping lay below.
          Scenario.of(
                  "devdax-merge",
                  "the next units of the file behind the first ones: one VMA",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, UNIT, RW, SHARED, 0);
                    lab.mmap(file, UNIT, UNIT, RW, SHARED, UNIT);
                    Vma vma = lab.vma(0);
                    return vma == null ? "none" : vma.pages() / UNIT + " units";
                  })
              .legacy("1 units")
              .posted("2 units")
              .correct("2 units"),
          Scenario.of(
                  "devdax-place",
                  "without an address: as far from a multiple of 2 MiB as the offset; a hint wins",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    long[] at = new long[3];
                    for (int i = 0; i < 3; i++) {
                      long hint = i == 2 ? UserLab.at(UNIT) : 0;
                      long length = (i + 1) * UNIT << 12;
                      int kind = MapFlags.SHARED;
                      at[i] = lab.space().syscalls().mmap(hint, length, RW, kind, file, 0);
                      lab.check();
                    }
                    long within = (at[0] | at[1]) & (UNIT << 12) - 1;
                    return within + " off, hint " + (at[2] == UserLab.at(UNIT) ? "taken" : "lost");
                  })
              .all("0 off, hint taken"),
          Scenario.of(
                  "devdax-lock",
                  "neither mlock nor MAP_LOCKED locks what is not in a page cache",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String mapped = lab.mmap(file, 0, UNIT, RW, SHARED | MapFlags.LOCKED, 0);
                    String locked =
                        lab.call(() -> lab.space().syscalls().mlock(UserLab.at(0), UNIT << 12));
                    Vma vma = lab.vma(0);
                    boolean is = vma != null && vma.has(VmFlags.LOCKED);
                    return mapped + ", " + locked + ", " + (is ? "locked" : "not locked");
                  })
              .all("ok, ok, not locked"),
          Scenario.of(
                  "devdax-life",
                  "contents stay when all mappings go, and when the file is closed",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, UNIT, RW, SHARED, UNIT);
                    lab.store(5, 7);
                    lab.munmap(0, UNIT);
                    lab.mmap(file, 0, 2 * UNIT, RW, SHARED, 0);
                    String read = lab.load((UNIT << 12) + 5);
                    lab.close(file);
                    return read + ", " + lab.load((UNIT << 12) + 5);
                  })
              .all("7, 7"),
          // Concluded from what is checked where: no callback is asked about the new place or
          // length, so mremap can do what munmap cannot. Every fault there is refused.
          Scenario.of(
                  "devdax-move",
                  "mremap to a place that is no multiple of the unit, and to an odd length",
                  DAX,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, UNIT, RW, SHARED, 0);
                    lab.store(5, 7);
                    int fixed = MremapFlags.MAYMOVE | MremapFlags.FIXED;
                    String moved = lab.mremap(0, UNIT, UNIT, fixed, 4 * UNIT + 1);
                    String read = lab.load((4 * UNIT + 1 << 12) + 5);
                    lab.mmap(file, 0, UNIT, RW, SHARED, 0);
                    String grown = lab.mremap(0, UNIT, UNIT + 1, 0, 0);
                    return String.join(", ", moved, read, grown, lab.load(5));
                  })
              .all(MOVED));

  private DaxScenarios() {}

  /** What a process reads in the first page, or that it cannot. */
  private static String read(AddressSpace space) {
    try (Cpu cpu = space.cpu()) {
      return Byte.toString(cpu.loadByte(UserLab.at(0) + 5));
    } catch (MemoryFault fault) {
      return fault.reason().name();
    }
  }
}
