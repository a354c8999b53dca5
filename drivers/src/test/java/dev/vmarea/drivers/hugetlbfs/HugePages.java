// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.drivers.UserLab;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.hugetlb.HugetlbPages;
import dev.vmarea.hugetlb.HugetlbWalker;
import dev.vmarea.mapping.SharedSegment;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A lab with hugetlbfs, in huge pages of 2 MiB: page 1 of the window is 2 MiB behind page 0. */
final class HugePages {
  /** A place inside the hooks where something can fail, or happen. */
  enum Step {
    /** Allocation of the VMA's lock. */
    LOCK,
    /** Allocation of a private map, or of room in a file's. */
    MAP,
    /** What a file's map needs beyond that when pages are added. */
    ADD
  }

  static final String FILE = HugetlbfsKind.INSTANCE.usualPath() + "/file";
  static final long SMALL = 512;
  private static final int ID = 7;
  static final long BYTES = 2L << 20;

  final UserLab lab;
  final HugetlbMount mount;

  HugePages(UserLab lab) {
    this.lab = lab;
    this.mount = fs().mount();
  }

  HugetlbfsMount fs() {
    return (HugetlbfsMount) lab.user(FILE);
  }

  /** A file whose only name is gone, so that all of it goes when it is closed. */
  OpenFile unnamed() throws ErrnoException {
    OpenFile file = lab.open(FILE, OpenFile.O_RDWR | FileTree.O_CREAT);
    lab.unlink(FILE);
    return file;
  }

  String map(OpenFile file, long page, long pages, int flags, long offset) {
    return lab.mmap(file, page * SMALL, pages * SMALL, UserLab.RW, flags, offset * SMALL);
  }

  String unmap(long page, long pages) {
    return lab.munmap(page * SMALL, pages * SMALL);
  }

  String move(long page, long pages, long newPages, int flags, long to) {
    return lab.mremap(page * SMALL, pages * SMALL, newPages * SMALL, flags, to * SMALL);
  }

  /** A segment of System V shared memory in pages of this mount; the only one. */
  SharedSegment segment(long pages) throws ErrnoException {
    long bytes = pages * BYTES;
    OpenFile inner = fs().segment(SharedSegment.nameOf(0), bytes);
    return lab.machine().segments().add(new SharedSegment(ID, 0, bytes, inner));
  }

  /** Attaches it at a page of the window. */
  String attach(long page) {
    return lab.call(() -> lab.space().syscalls().shmat(ID, UserLab.at(page * SMALL), 0));
  }

  String store(long page) {
    return lab.store(page * BYTES, 1);
  }

  /** Runs {@code call} with one step of mmap failing. */
  String failing(FailurePlan.Point point, int occurrence, Supplier<String> call) {
    return lab.failing(FailurePlan.nth(point, occurrence), call);
  }

  /** Runs {@code call} with a step inside the hooks failing. */
  String failing(Step step, boolean shared, Supplier<String> call) {
    return lab.failing(at(step, shared), call);
  }

  /** Runs {@code call}; when it comes to adding pages to a file's map, {@code race} runs first. */
  String racing(Runnable race, Supplier<String> call) {
    FailurePlan moment = at(Step.ADD, true);
    return lab.failing(
        point -> {
          if (moment.fails(point)) {
            race.run();
          }
          return false;
        },
        call);
  }

  /** The hooks ask once when they are called, and then in the order of steps that they have. */
  private FailurePlan at(Step step, boolean shared) {
    int lock = shared ? 1 : 0;
    return switch (HugetlbfsKind.Port.of(fs().variant())) {
      case LEGACY -> FailurePlan.nth(FailurePlan.Point.HOOK, place(step, lock));
      case OWN -> FailurePlan.nth(FailurePlan.Point.MAPPED, place(step, lock));
      case V3, V5 ->
          step == Step.LOCK
              ? FailurePlan.nth(FailurePlan.Point.MAPPED, 2)
              : FailurePlan.nth(FailurePlan.Point.HOOK, place(step, 0));
    };
  }

  private static int place(Step step, int lock) {
    return switch (step) {
      case LOCK -> 2;
      case MAP -> 2 + lock;
      case ADD -> 3 + lock;
    };
  }

  /** A fault elsewhere gives the file its page {@code index}. */
  void fault(HugetlbPages pages, long index) {
    try {
      new KernelPage(lab.machine().kernel().memory(), pages.findOrAdd(index)).put();
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Runs {@code call} while a truncation walks the reverse map: it tries the lock of each VMA as
   * soon as it can see it, and unlocks it when the call is over.
   */
  static String walked(Inode inode, Supplier<String> call) {
    List<VmaHandle> locked = new ArrayList<>();
    inode
        .reverseMap()
        .watch(vma -> {
          if (HugetlbWalker.tryLock(vma)) {
            locked.add(vma.handle());
          }
        });
    try {
      return call.get();
    } finally {
      inode.reverseMap().watch(null);
      for (VmaHandle handle : locked) {
        Vma now = handle.current();
        if (now != null) {
          HugetlbWalker.unlock(now);
        }
      }
    }
  }

  /** "owner", "locked" or "plain": what the VMA at a page has; "none" without a VMA. */
  String has(long page) {
    return has(lab.vma(page * SMALL));
  }

  static String has(@Nullable Vma vma) {
    HugetlbMapping mapping = vma == null ? null : HugetlbMapping.of(vma);
    if (mapping == null) {
      return "none";
    }
    return mapping.isOwner() ? "owner" : mapping.hasLock() ? "locked" : "plain";
  }

  /** Pages reserved in the pool, and what there is for them: share, group, maps, locks. */
  String held() {
    return String.format(
        "r%d u%d k%d c%d m%d l%d",
        mount.pool().counts(BYTES).reserved(),
        mount.subpool().used(),
        mount.subpool().reserved(),
        mount.group().charged(),
        mount.privateMaps(),
        mount.vmaLocks());
  }

  /** Free huge pages. */
  long free() {
    return mount.pool().counts(BYTES).free();
  }

  /** Size of a file in huge pages, and how many of its pages are reserved. */
  String file(Inode inode) {
    return inode.size() / BYTES + " long, " + mount.pages(inode).reserved() + " reserved";
  }
}
