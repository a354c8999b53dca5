// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Advice;
import dev.vmarea.base.Defects;
import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.Aging;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;

/**
 * madvise (mm-semantics 5.4). Advice about flags changes VMAs; what discards or fills pages changes
 * anonymous identity at most, since page contents are not kept here.
 */
public final class AdviseOperation {
  private final Mm mm;
  private final Task task;

  /** Advises on memory of {@code mm} on behalf of {@code task}. */
  public AdviseOperation(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
  }

  /**
   * madvise(2).
   *
   * @param address bytes, page aligned
   * @param length bytes, rounded up to pages
   * @param advice see {@link Advice}
   * @throws ErrnoException EINVAL for unknown advice, a bad range, or memory that the advice does
   *     not suit; ENOMEM at the end if there was a hole; EAGAIN where a split hits the map limit;
   *     EPERM if sealed memory would lose contents. What was advised before the failing VMA stays
   *     so
   */
  public void advise(long address, long length, int advice) throws ErrnoException {
    if (nothingToDo(address, length, advice)) {
      return;
    }
    List<Hole> holes = new ArrayList<>(0);
    try {
      mm.lock().lock();
      try {
        adviseLocked(address, address + Pages.ceil(length), advice, holes);
      } finally {
        mm.lock().unlock();
      }
    } finally {
      // Other address spaces have locks of their own.
      Defects defects = new Defects();
      holes.forEach(hole -> defects.keep(() -> hole.inode().punchHole(hole.first(), hole.end())));
      defects.rethrow();
    }
  }

  /** Pages [first, end) of a file that MADV_REMOVE takes away. */
  private record Hole(Inode inode, long first, long end) {}

  /**
   * Whether the outcome of a valid call is decided by what the shape of an address space does not
   * show: page contents, or the file system. {@link #advise} then assumes success wherever the
   * shape allows it, and a recorded result, success or error, is no divergence.
   *
   * <p>True for COLLAPSE (which pages are there), for REMOVE (whether the file system can punch
   * holes) and for POPULATE_READ and POPULATE_WRITE (whether pages can be had).
   */
  public static boolean dependsOnContents(int advice) {
    return switch (advice) {
      case Advice.COLLAPSE, Advice.REMOVE, Advice.POPULATE_READ, Advice.POPULATE_WRITE -> true;
      default -> false;
    };
  }

  /**
   * The checks before the lock: true if the range is empty, an error if the call makes no sense.
   */
  private boolean nothingToDo(long address, long length, int advice) throws ErrnoException {
    long bytes = Pages.ceil(length);
    if (!Advice.isKnown(advice, mm.config())
        || !Pages.isAligned(address)
        || bytes == 0 && length != 0
        || Long.compareUnsigned(address + bytes, address) < 0) {
      throw Errno.EINVAL.failure();
    }
    return bytes == 0;
  }

  private void adviseLocked(long start, long end, int advice, List<Hole> holes)
      throws ErrnoException {
    switch (advice) {
      case Advice.POPULATE_READ -> new Population(mm, task).faultIn(start, end, false);
      case Advice.POPULATE_WRITE -> new Population(mm, task).faultIn(start, end, true);
      default ->
          RangeWalk.forEach(mm, start, end, (vma, from, to) -> piece(vma, from, to, advice, holes));
    }
  }

  private void piece(Vma vma, long start, long end, int advice, List<Hole> holes)
      throws ErrnoException {
    mm.lock().writeLock(vma);
    if (vma.has(VmFlags.SEALED)
        && Advice.discards(advice)
        && vma.isAnonymous()
        && !vma.has(VmFlags.WRITE)) {
      throw Errno.EPERM.failure();
    }
    switch (advice) {
      case Advice.WILLNEED -> willNeed(vma);
      case Advice.DONTNEED, Advice.DONTNEED_LOCKED, Advice.FREE -> discard(vma, start, end, advice);
      case Advice.REMOVE -> holes.add(hole(vma, start, end));
      case Advice.COLD, Advice.PAGEOUT -> cool(vma, start, end, advice);
      case Advice.COLLAPSE -> new CollapseOperation(mm).collapse(vma, start, end);
      case Advice.GUARD_INSTALL -> installGuard(vma, start, end);
      case Advice.GUARD_REMOVE -> removeGuard(vma, start, end);
      default -> changeFlags(vma, start, end, advice);
    }
  }

  private void willNeed(Vma vma) throws ErrnoException {
    if (vma.file() == null && !mm.config().swap()) {
      throw Errno.EBADF.failure();
    }
  }

  private void discard(Vma vma, long start, long end, int advice) throws ErrnoException {
    if (vma.has(VmFlags.HUGETLB)) {
      OpenFile file = vma.file();
      long hugeSize =
          file == null || file.operations() == null ? 0 : file.operations().hugePageSize();
      refuseIf(advice == Advice.FREE || (start & (hugeSize - 1)) != 0);
      long hugeEnd = end & -hugeSize;
      if (start < hugeEnd) {
        mm.zap(vma, start, hugeEnd);
      }
      return;
    }
    refuseIf(vma.has(VmFlags.PFNMAP));
    refuseIf(advice != Advice.DONTNEED_LOCKED && vma.has(VmFlags.LOCKED));
    refuseIf(advice == Advice.FREE && !vma.isAnonymous());
    PageTables tables = mm.pageTablesIfAny();
    if (advice == Advice.FREE) {
      if (tables != null) {
        tables.age(start, end, Aging.FREE, mm.kernel().memory(), gone -> {});
      }
      return;
    }
    if (tables != null) {
      mm.discard(vma, start, end);
      tables.freeTables(start, end, start, end); // a huge page may come in the place of empty ones
    }
    if (!vma.hasAny(VmFlags.SHARED | VmFlags.MAYSHARE)) {
      mm.changes().discarded(start, end);
    }
  }

  /** Without swap, anonymous pages that were not given up by MADV_FREE stay. */
  private void cool(Vma vma, long start, long end, int advice) throws ErrnoException {
    refuseIf(vma.hasAny(VmFlags.LOCKED | VmFlags.PFNMAP | VmFlags.HUGETLB));
    PageTables tables = mm.pageTablesIfAny();
    boolean told = ResidencyOperation.isTold(vma, task);
    if (tables == null || advice == Advice.PAGEOUT && !told && vma.has(VmFlags.MAYSHARE)) {
      return;
    }
    Aging aging =
        advice == Advice.COLD
            ? Aging.COLD
            : vma.has(VmFlags.DROPPABLE)
                ? Aging.PAGE_OUT_DROPPABLE
                : told ? Aging.PAGE_OUT : Aging.PAGE_OUT_ANONYMOUS;
    OpenFile file = vma.file();
    tables.age(
        start,
        end,
        aging,
        mm.kernel().memory(),
        gone -> {
          if (vma.isAnonymous()) {
            mm.changes().discarded(gone, gone + Pages.SIZE);
          } else if (file != null) {
            file.inode().pageCache().reclaim(vma.pgoffAt(gone));
          }
        });
  }

  private static Hole hole(Vma vma, long start, long end) throws ErrnoException {
    OpenFile file = vma.file();
    if (vma.has(VmFlags.LOCKED) || file == null) {
      throw Errno.EINVAL.failure();
    }
    if (!VmFlags.isSharedMayWrite(vma.flags())) {
      throw Errno.EACCES.failure();
    }
    Errno refused = file.operations() == null ? Errno.ENODEV : file.operations().punchHole(file);
    if (refused != null) {
      throw refused.failure();
    }
    return new Hole(file.inode(), vma.pgoffAt(start), vma.pgoffAt(end));
  }

  private void installGuard(Vma vma, long start, long end) throws ErrnoException {
    refuseIf(vma.hasAny(VmFlags.SPECIAL | VmFlags.HUGETLB | VmFlags.LOCKED));
    Vma marked = vma;
    if (!mm.kernel().profile().has(Difference.NO_GUARD_FLAG) && !vma.has(VmFlags.MAYBE_GUARD)) {
      marked = vma.withFlags(vma.flags() | VmFlags.MAYBE_GUARD);
      mm.editor().replace(vma, marked);
    }
    if (marked.isAnonymous()) {
      mm.anonAssigner().ensure(marked);
    }
    mm.pageTables().guard(start, end, mm.kernel().memory());
    mm.changes().discarded(start, end);
  }

  private void removeGuard(Vma vma, long start, long end) throws ErrnoException {
    refuseIf(vma.hasAny(VmFlags.SPECIAL | VmFlags.HUGETLB));
    PageTables tables = mm.pageTablesIfAny();
    if (tables != null) {
      tables.unguard(start, end);
    }
  }

  private void changeFlags(Vma vma, long start, long end, int advice) throws ErrnoException {
    long flags = advisedFlags(vma, advice);
    if (flags == vma.flags()) {
      return;
    }
    try {
      mm.editor().modify(vma, start, end, flags, vma.extras());
    } catch (ErrnoException refused) {
      throw (refused.errno() == Errno.ENOMEM ? Errno.EAGAIN : refused.errno()).failure();
    }
  }

  private static long advisedFlags(Vma vma, int advice) throws ErrnoException {
    long flags = vma.flags();
    switch (advice) {
      case Advice.NORMAL -> flags &= ~(VmFlags.SEQ_READ | VmFlags.RAND_READ);
      case Advice.SEQUENTIAL -> flags = flags & ~VmFlags.RAND_READ | VmFlags.SEQ_READ;
      case Advice.RANDOM -> flags = flags & ~VmFlags.SEQ_READ | VmFlags.RAND_READ;
      case Advice.DONTFORK -> flags |= VmFlags.DONTCOPY;
      case Advice.DOFORK -> {
        refuseIf(vma.has(VmFlags.IO));
        flags &= ~VmFlags.DONTCOPY;
      }
      case Advice.WIPEONFORK -> {
        refuseIf(vma.file() != null || vma.has(VmFlags.SHARED));
        flags |= VmFlags.WIPEONFORK;
      }
      case Advice.KEEPONFORK -> {
        refuseIf(vma.has(VmFlags.DROPPABLE));
        flags &= ~VmFlags.WIPEONFORK;
      }
      case Advice.DONTDUMP -> flags |= VmFlags.DONTDUMP;
      case Advice.DODUMP -> {
        boolean special = vma.hasAny(VmFlags.SPECIAL) && !vma.has(VmFlags.HUGETLB);
        refuseIf(special || vma.has(VmFlags.DROPPABLE));
        flags &= ~VmFlags.DONTDUMP;
      }
      case Advice.HUGEPAGE -> flags = flags & ~VmFlags.NOHUGEPAGE | VmFlags.HUGEPAGE;
      case Advice.NOHUGEPAGE -> flags = flags & ~VmFlags.HUGEPAGE | VmFlags.NOHUGEPAGE;
      case Advice.MERGEABLE -> flags |= Mm.suitsKsm(flags) ? VmFlags.MERGEABLE : 0;
      case Advice.UNMERGEABLE -> flags &= ~VmFlags.MERGEABLE;
      default -> throw Errno.EINVAL.failure();
    }
    return flags;
  }

  private static void refuseIf(boolean unsuitable) throws ErrnoException {
    if (unsuitable) {
      throw Errno.EINVAL.failure();
    }
  }
}
