// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import static dev.vmarea.drivers.UserLab.PRIVATE;
import static dev.vmarea.drivers.UserLab.R;
import static dev.vmarea.drivers.UserLab.RW;
import static dev.vmarea.drivers.UserLab.SHARED;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.Scenario;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.region.Entries;
import dev.vmarea.drivers.region.Failing;
import dev.vmarea.drivers.region.Stacked;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.space.AddressSpaceListener;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Scenarios of /dev/mem. */
public final class MemScenarios {
  private static final MemKind MEM = MemKind.INSTANCE;
  private static final String FILE = MEM.usualPath();

  /** Where no RAM is: 3 GiB. */
  private static final long DEVICE = 0xc0000;

  /** RAM. */
  private static final long RAM = 0x1000;

  /** Tables of pages: each has entries for so many. */
  private static final long TABLE = 512;

  private static final String I7_MENDED = "-EAGAIN gone 0, unlocked, ok";
  private static final String MOVED = "ok, - c0001, 1 reserved, 0 reserved";

  /** The rows. */
  public static final List<Scenario> ROWS =
      List.of(
          Scenario.of(
                  "T29",
                  "a page in the middle must not be shown",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    long before = lab.committed();
                    String shared = lab.mmap(file, 0, 3, RW, SHARED, DEVICE);
                    String copied = lab.mmap(file, 0, 3, RW, PRIVATE, DEVICE);
                    String charge = "charge " + (lab.committed() - before);
                    String below = lab.mmap(file, 0, 1, RW, SHARED, DEVICE);
                    String behind = lab.mmap(file, 1, 1, RW, SHARED, DEVICE + 2);
                    return String.join(", ", shared, copied, charge, below, behind);
                  })
              .with("exclusive", "0xc0001000-0xc0002000")
              .legacy("-EPERM, -EPERM, charge 0, ok, ok")
              .posted("-EPERM, -EPERM, charge 3, ok, ok | left: charge +3")
              .correct("-EPERM, -EPERM, charge 0, ok, ok"),
          Scenario.of(
                  "T30",
                  "an end that wraps; beyond the last physical address",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    long last = (1L << 46 - 12) - 1;
                    String wraps = lab.mmap(file, 0, 2, R, SHARED, -1L >>> 12);
                    String upperHalf = lab.mmap(file, 0, 1, R, SHARED, 1L << 51);
                    String behind = lab.mmap(file, 0, 1, R, SHARED, last + 1);
                    String across = lab.mmap(file, 0, 2, R, SHARED, last);
                    String inside = lab.mmap(file, 0, 1, R, SHARED, last);
                    return String.join(", ", wraps, upperHalf, behind, across, inside);
                  })
              .all("-EINVAL, -EINVAL, -EINVAL, -EINVAL, ok"),
          Scenario.of(
                  "T31",
                  "cached already as the new mapping must not be",
                  MEM,
                  lab -> {
                    lab.machine()
                        .kernel()
                        .pfnTracking()
                        .addWriteBackRange(new PfnRange(DEVICE, DEVICE + 16));
                    OpenFile cached = lab.open(FILE);
                    OpenFile direct = lab.open(FILE, OpenFile.O_RDWR | MemDevice.O_DSYNC);
                    String first = lab.mmap(cached, 0, 2, RW, SHARED, DEVICE);
                    String conflict = lab.mmap(direct, 8, 2, RW, SHARED, DEVICE + 1);
                    String gone = lab.vma(8) == null ? "gone" : "there";
                    lab.munmap(0, 2);
                    String later = lab.mmap(direct, 8, 2, RW, SHARED, DEVICE + 1);
                    return String.join(", ", first, conflict, gone, later);
                  })
              .all("ok, -EAGAIN, gone, ok"),
          Scenario.of(
                  "T31b",
                  "what keeps the cache mode cannot be allocated",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    return refused(lab, file, FailurePlan.nth(Point.PFN_CONTEXT, 1), 1);
                  })
              .all("-EAGAIN gone 0"),
          Scenario.of(
                  "T32",
                  "no table at the first page, in the middle, at the last",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.anonymous(3 * TABLE, 1);
                    lab.store(3 * TABLE << 12, 1); // makes what is above the tables of pages
                    List<String> results = new ArrayList<>();
                    for (int failing = 1; failing <= 3; failing++) {
                      FailurePlan plan = FailurePlan.nth(Point.PAGE_TABLE, failing);
                      results.add(refused(lab, file, plan, 2 * TABLE + 1));
                    }
                    results.add(lab.mmap(file, 0, 2 * TABLE + 1, RW, SHARED, DEVICE));
                    return String.join(", ", results);
                  })
              .all("-EAGAIN gone 0, -EAGAIN gone 0, -EAGAIN gone 0, ok"),
          // G10: the unmapping needs nodes of the tree, which have been reserved where it is
          // settled; there the second failure has nothing to hit.
          Scenario.of(
                  "T33",
                  "no table, and then no node of the tree to unmap with",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.anonymous(0, 8);
                    return refused(lab, file, Failing.then(Point.PAGE_TABLE, Point.TREE_NODE), 4);
                  })
              .legacy("-EAGAIN gone 0")
              .posted("-EAGAIN there 0")
              .correct("-EAGAIN gone 0"),
          Scenario.of(
                  "T34",
                  "a page of a private mapping is written",
                  MEM,
                  lab -> {
                    KernelPage page = lab.machine().kernel().memory().allocatePage();
                    page.contents().set(ValueLayout.JAVA_BYTE, 5, (byte) 7);
                    OpenFile file = lab.open(FILE);
                    String mapped = lab.mmap(file, 0, 1, RW, PRIVATE, page.pfn());
                    String before = lab.load(5);
                    String stored = lab.store(5, 9);
                    String after = lab.load(5);
                    String kept = "device " + page.contents().get(ValueLayout.JAVA_BYTE, 5);
                    Vma vma = lab.vma(0);
                    String same = vma != null && vma.pgoff() == page.pfn() ? "pgoff" : "other";
                    lab.munmap(0, 1);
                    page.put();
                    return String.join(", ", mapped, before, stored, after, kept, same);
                  })
              .with("strict", "no")
              .all("ok, 7, ok, 9, device 7, pgoff"),
          Scenario.of(
                  "T35",
                  "over a mapping, and then no table",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.anonymous(0, 4);
                    List<String> told = new ArrayList<>();
                    AddressSpaceListener.Registration listening =
                        lab.space().addListener(telling(told));
                    told.clear(); // it was told what there is
                    String error = refused(lab, file, FailurePlan.nth(Point.PAGE_TABLE, 1), 4);
                    listening.close();
                    return error + " " + told;
                  })
              .legacy("-EAGAIN gone 0 [unmapped 4]")
              .posted("-EAGAIN gone 0 [unmapped 4, mapped 4, unmapped 4]")
              .correct("-EAGAIN gone 0 [unmapped 4, mapped 4, unmapped 4]"),
          Scenario.of(
                  "T36",
                  "mremap to more pages, and leaving the old ones",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 2, RW, SHARED, DEVICE);
                    String grown = lab.mremap(0, 2, 3, MremapFlags.MAYMOVE, 0);
                    int left = MremapFlags.MAYMOVE | MremapFlags.DONTUNMAP;
                    return grown + ", " + lab.mremap(0, 2, 2, left, 0);
                  })
              .all("-EFAULT, -EINVAL"),
          // I9 with everything on one thread: the driver claims the page when the check is done
          // and the mapping not yet to be found. By the old hook and as posted it keeps the page.
          Scenario.of(
                  "I9",
                  "a driver revokes a page between its check and its mapping",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    boolean old = lab.user(FILE).variant().isLegacy();
                    FailurePlan revoking =
                        Failing.meanwhile(
                            old ? Point.PFN_RESERVE : Point.VMA,
                            () ->
                                lab.user(FILE).control(List.of("revoke", "0xc0000000-0xc0001000")));
                    String mapped =
                        lab.failing(revoking, () -> lab.mmap(file, 0, 1, RW, SHARED, DEVICE));
                    String shown = Entries.frame(lab, 0);
                    return mapped + ", " + shown + ", " + lab.mmap(file, 1, 1, RW, SHARED, DEVICE);
                  })
              .expect("legacy", "legacy", Profile.SETTLED, "ok, c0000, -EPERM", false)
              .posted("ok, c0000, -EPERM")
              // Hiding does not help: the page is claimed before there is a VMA to hide.
              .expect("hidden", "hidden", Profile.LINUX_6_19, "ok, c0000, -EPERM", false)
              .correct("-EAGAIN, -, -EPERM"),
          // On Linux this mmap never returns; here it goes on with the lock in its hands.
          Scenario.of(
                  "I7",
                  "hidden from the reverse map, and no table: unmapped while that is locked",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String none = refused(lab, file, FailurePlan.nth(Point.PAGE_TABLE, 1), 2);
                    boolean locked = file.inode().reverseMap().lock().isLocked();
                    String again = lab.mmap(file, 0, 2, RW, SHARED, DEVICE);
                    return String.join(", ", none, locked ? "locked" : "unlocked", again);
                  })
              .expect(
                  "hidden in 6.19",
                  "hidden",
                  Profile.LINUX_6_19,
                  "-EAGAIN gone 0, unlocked, ok | warned: SELF_DEADLOCK, USE_AFTER_FREE",
                  false)
              .expect("hidden", "hidden", Profile.SETTLED, I7_MENDED, true)
              .expect("hidden in 7.1", "hidden", Profile.LINUX_7_1, I7_MENDED, false)
              .expect("not hidden", "v3", Profile.LINUX_6_19, I7_MENDED, false),
          Scenario.of(
                  "mem-revoke",
                  "a driver revokes what is mapped: one page of three, also from private mappings",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 3, RW, SHARED, DEVICE);
                    lab.mmap(file, 8, 3, RW, PRIVATE, DEVICE);
                    String revoked = lab.control(FILE, "revoke 0xc0001000-0xc0002000");
                    return String.join(
                        ", ",
                        revoked,
                        Entries.mapped(lab, 0, 3) + " and " + Entries.mapped(lab, 8, 3),
                        Entries.frame(lab, 1),
                        lab.load(1 << 12));
                  })
              .all("ok, 2 and 2, -, SIGBUS"),
          Scenario.of(
                  "mem-relaxed",
                  "without strictness RAM is shown, and nothing is revoked",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String ram = lab.mmap(file, 0, 1, R, SHARED, RAM);
                    String device = lab.mmap(file, 1, 1, R, SHARED, DEVICE);
                    lab.control(FILE, "revoke 0xc0000000-0xc0001000");
                    return ram + ", " + device + ", " + Entries.mapped(lab, 0, 2);
                  })
              .with("strict", "no")
              .all("ok, ok, 2"),
          Scenario.of(
                  "mem-open",
                  "who may not do raw I/O cannot open it",
                  MEM,
                  lab -> lab.tryOpen(FILE, OpenFile.O_RDONLY))
              .with("rawio", "no")
              .all("-EPERM"),
          Scenario.of(
                  "mem-lockdown",
                  "nobody can open it under lockdown",
                  MEM,
                  lab -> lab.tryOpen(FILE, OpenFile.O_RDONLY))
              .with("lockdown", "yes")
              .all("-EPERM"),
          Scenario.of(
                  "mem-order",
                  "beyond the last physical address and claimed: the address is looked at first",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String both = lab.mmap(file, 0, 2, R, SHARED, (1L << 32 - 12) - 1);
                    return both + ", " + lab.mmap(file, 0, 1, R, SHARED, (1L << 32 - 12) - 1);
                  })
              .with("physical-bits", "32")
              .with("exclusive", "0xfffff000-0x100000000")
              .all("-EINVAL, -EPERM"),
          Scenario.of(
                  "mem-ram",
                  "RAM is refused, but for the first MiB, where claims do not count either",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String ram = lab.mmap(file, 0, 1, R, SHARED, RAM);
                    String across = lab.mmap(file, 0, 0x101, R, SHARED, 0);
                    return ram + ", " + across + ", " + lab.mmap(file, 0, 0x100, R, SHARED, 0);
                  })
              .with("exclusive", "0x1000-0x2000")
              .all("-EPERM, -EPERM, ok"),
          // Write-back is granted where the processor's range registers say so.
          Scenario.of(
                  "mem-cache",
                  "O_DSYNC asks for no cache; otherwise the tracking says what there is",
                  MEM,
                  lab -> {
                    lab.machine()
                        .kernel()
                        .pfnTracking()
                        .addWriteBackRange(new PfnRange(DEVICE, DEVICE + 1));
                    OpenFile cached = lab.open(FILE);
                    OpenFile direct = lab.open(FILE, OpenFile.O_RDWR | MemDevice.O_DSYNC);
                    lab.mmap(cached, 0, 1, R, SHARED, DEVICE);
                    lab.mmap(cached, 1, 1, R, SHARED, DEVICE + 1);
                    lab.mmap(direct, 2, 1, R, SHARED, DEVICE + 2);
                    lab.mmap(cached, 3, 1, R, SHARED, DEVICE + 2);
                    List<String> modes = new ArrayList<>();
                    for (long page = 0; page < 4; page++) {
                      modes.add(Entries.cache(lab, page));
                    }
                    return String.join(", ", modes);
                  })
              .all("write-back, uncached-minus, uncached-minus, uncached-minus"),
          // The compatibility layer leaves errors to the hook above since 7.1, which cleans up:
          // what
          // the port wanted in their place does not count.
          Scenario.of(
                  "mem-stacked",
                  "below a file system with the old hook: mapped, refused, and without a table",
                  MEM,
                  lab -> {
                    OpenFile inner = lab.open(FILE);
                    OpenFile file = Stacked.over(inner, true);
                    String error = refused(lab, file, FailurePlan.nth(Point.PAGE_TABLE, 1), 1);
                    String mapped = lab.mmap(file, 0, 1, RW, SHARED, DEVICE);
                    String frame = Entries.frame(lab, 0);
                    String ram = lab.mmap(file, 1, 1, RW, SHARED, RAM);
                    file.put();
                    return String.join(", ", error, mapped, frame, ram);
                  })
              .legacy("-EAGAIN gone 0, ok, c0000, -EPERM")
              .posted("-EAGAIN gone 0, ok, c0000, -EPERM")
              .correct("-ENOMEM gone 0, ok, c0000, -EPERM"),
          Scenario.of(
                  "mem-life",
                  "closed, split, forked, moved: one reservation until the last part goes",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    String mapped = lab.mmap(file, 0, 4, RW, SHARED, DEVICE);
                    lab.close(file);
                    String split = lab.munmap(1, 2);
                    AddressSpace child = lab.fork();
                    lab.munmap(0, 4);
                    String held = reservations(lab);
                    lab.exit(child);
                    return String.join(", ", mapped, split, held, reservations(lab));
                  })
              .all("ok, ok, 1 reserved, 0 reserved"),
          Scenario.of(
                  "mem-move",
                  "mremap takes the frames along, which stay reserved once",
                  MEM,
                  lab -> {
                    OpenFile file = lab.open(FILE);
                    lab.mmap(file, 0, 2, RW, SHARED, DEVICE);
                    int fixed = MremapFlags.MAYMOVE | MremapFlags.FIXED;
                    String moved = lab.mremap(0, 2, 2, fixed, 8);
                    String at = Entries.frame(lab, 0) + " " + Entries.frame(lab, 9);
                    String held = reservations(lab);
                    lab.munmap(8, 2);
                    return String.join(", ", moved, at, held, reservations(lab));
                  })
              .all(MOVED));

  private MemScenarios() {}

  /** Maps pages at the beginning of the window while steps fail: the error and what is left. */
  private static String refused(UserLab lab, OpenFile file, FailurePlan plan, long pages) {
    String error = lab.failing(plan, () -> lab.mmap(file, 0, pages, RW, SHARED, DEVICE));
    String vma = lab.vma(0) == null ? "gone" : "there";
    return error + " " + vma + " " + Entries.mapped(lab, 0, pages);
  }

  private static String reservations(UserLab lab) {
    return lab.machine().kernel().pfnTracking().reservations().size() + " reserved";
  }

  private static AddressSpaceListener telling(List<String> told) {
    return new AddressSpaceListener() {
      @Override
      public void mapped(long start, long end, Vma vma) {
        told.add("mapped " + (end - start >> 12));
      }

      @Override
      public void unmapped(long start, long end) {
        told.add("unmapped " + (end - start >> 12));
      }
    };
  }
}
