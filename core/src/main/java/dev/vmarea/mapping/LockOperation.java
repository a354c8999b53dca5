// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;

/** mlock, mlock2, munlock, mlockall and munlockall (mm-semantics 5.6). */
public final class LockOperation {
  /** mlock2: lock pages only when they are touched. */
  public static final int MLOCK_ONFAULT = 1;

  /** mlockall: lock what is mapped now. */
  public static final int MCL_CURRENT = 1;

  /** mlockall: lock what will be mapped. */
  public static final int MCL_FUTURE = 2;

  /** mlockall: lock pages only when they are touched. */
  public static final int MCL_ONFAULT = 4;

  private final Mm mm;
  private final Task task;

  /** Locks memory of {@code mm} on behalf of {@code task}. */
  public LockOperation(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
  }

  /** Whether the caller may lock memory at all. */
  static boolean mayLock(Task task) {
    return task.limits().soft(ResourceLimits.RLIMIT_MEMLOCK) != 0
        || task.capable(Task.CAP_IPC_LOCK);
  }

  /**
   * mlock2(2), and mlock(2) with {@code flags} 0. The range, in bytes, is rounded outwards to
   * pages.
   *
   * @throws ErrnoException EINVAL for unknown flags or a range that wraps; EPERM if nothing may be
   *     locked; ENOMEM over RLIMIT_MEMLOCK, at a hole (what lies below stays locked), at the map
   *     limit, or if a page cannot be had; EAGAIN if memory has run out (everything stays locked in
   *     these two)
   */
  public void lock(long address, long length, int flags) throws ErrnoException {
    if ((flags & ~MLOCK_ONFAULT) != 0) {
      throw Errno.EINVAL.failure();
    }
    if (!mayLock(task)) {
      throw Errno.EPERM.failure();
    }
    long start = Pages.floor(address);
    long bytes = Pages.ceil(length + (address & Pages.OFFSET_MASK));
    long wanted = (flags & MLOCK_ONFAULT) != 0 ? VmFlags.LOCKED_MASK : VmFlags.LOCKED;
    mm.lock().lock();
    try {
      long pages = Pages.count(bytes);
      if (mm.lockLimitExceeded(task, pages)
          && mm.lockLimitExceeded(task, pages - lockedPages(start, bytes))) {
        throw Errno.ENOMEM.failure();
      }
      apply(start, bytes, wanted);
      Errno lacking =
          bytes == 0 ? null : new Population(mm, task).populateAll(start, start + bytes);
      if (lacking != null) {
        throw (lacking == Errno.ENOMEM ? Errno.EAGAIN : Errno.ENOMEM).failure();
      }
    } finally {
      mm.lock().unlock();
    }
  }

  /**
   * Whether {@link #lock} of the range, otherwise valid, may fail with ENOMEM for what the address
   * space does not show: the end of a file of unknown size. {@code lock} assumes that all pages can
   * be had.
   */
  public boolean dependsOnContents(long address, long length) {
    long start = Pages.floor(address);
    long end = start + Pages.ceil(length + (address & Pages.OFFSET_MASK));
    for (Vma vma = start < 0 ? null : mm.tree().find(start);
        vma != null && Long.compareUnsigned(vma.start(), end) < 0;
        vma = mm.tree().find(vma.end())) {
      if (vma.file() != null && vma.file().inode().size() == Inode.UNKNOWN_SIZE) {
        return true;
      }
    }
    return false;
  }

  /**
   * munlock(2). The range, in bytes, is rounded outwards to pages.
   *
   * @throws ErrnoException EINVAL for a range that wraps; ENOMEM at a hole (what lies below stays
   *     unlocked) or at the map limit
   */
  public void unlock(long address, long length) throws ErrnoException {
    long bytes = Pages.ceil(length + (address & Pages.OFFSET_MASK));
    mm.lock().lock();
    try {
      apply(Pages.floor(address), bytes, 0);
    } finally {
      mm.lock().unlock();
    }
  }

  /** Pages of the range that are locked already; they do not count against the limit twice. */
  private long lockedPages(long start, long bytes) {
    long end = start + bytes;
    if (start < 0 || Long.compareUnsigned(end, start) < 0) {
      end = Long.MAX_VALUE;
    }
    long pages = 0;
    for (Vma vma = start < 0 ? null : mm.tree().find(start);
        vma != null && vma.start() < end;
        vma = mm.tree().find(vma.end())) {
      if (vma.has(VmFlags.LOCKED)) {
        pages += Pages.count(Math.min(vma.end(), end) - Math.max(vma.start(), start));
      }
    }
    return pages;
  }

  private void apply(long start, long bytes, long wanted) throws ErrnoException {
    long end = start + bytes;
    if (Long.compareUnsigned(end, start) < 0) {
      throw Errno.EINVAL.failure();
    }
    long at = start;
    while (at != end) {
      Vma vma = at < 0 ? null : mm.tree().lookup(at);
      if (vma == null) {
        throw Errno.ENOMEM.failure();
      }
      long pieceEnd = Long.compareUnsigned(vma.end(), end) < 0 ? vma.end() : end;
      change(vma, at, pieceEnd, wanted);
      at = pieceEnd;
    }
  }

  private void change(Vma vma, long start, long end, long wanted) throws ErrnoException {
    long flags = vma.flags() & ~VmFlags.LOCKED_MASK | wanted;
    if (flags == vma.flags() || !lockable(vma)) {
      return;
    }
    mm.editor().modify(vma, start, end, flags, vma.extras());
    boolean was = vma.has(VmFlags.LOCKED);
    boolean is = (flags & VmFlags.LOCKED) != 0;
    if (was != is) {
      long pages = Pages.count(end - start);
      mm.counters().lock(is ? pages : -pages);
    }
    PageTables tables = mm.pageTablesIfAny();
    if (was && !is && tables != null) {
      tables.forEachPage(
          start, end, mm.kernel().memory(), page -> page.unmark(KernelPage.Mark.UNEVICTABLE));
    }
  }

  private static boolean lockable(Vma vma) {
    return !vma.hasAny(VmFlags.SPECIAL | VmFlags.HUGETLB | VmFlags.DROPPABLE)
        && !vma.isDax()
        && !(vma.ops() != null && vma.ops().isSecret());
  }

  /**
   * mlockall(2).
   *
   * @param flags MCL_ bits
   * @throws ErrnoException EINVAL for none, unknown or ONFAULT alone; EPERM if nothing may be
   *     locked; ENOMEM if CURRENT would exceed RLIMIT_MEMLOCK
   */
  public void lockAll(int flags) throws ErrnoException {
    if (flags == 0
        || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) != 0
        || flags == MCL_ONFAULT) {
      throw Errno.EINVAL.failure();
    }
    if (!mayLock(task)) {
      throw Errno.EPERM.failure();
    }
    mm.lock().lock();
    try {
      if ((flags & MCL_CURRENT) != 0
          && !task.capable(Task.CAP_IPC_LOCK)
          && task.limits().pagesExceeded(ResourceLimits.RLIMIT_MEMLOCK, mm.counters().totalVm())) {
        throw Errno.ENOMEM.failure();
      }
      applyToAll(flags);
      if ((flags & MCL_CURRENT) != 0) {
        new Population(mm, task).populateIgnoringErrors(0, mm.config().taskSize());
      }
    } finally {
      mm.lock().unlock();
    }
  }

  /** munlockall(2). */
  public void unlockAll() {
    mm.lock().lock();
    try {
      applyToAll(0);
    } finally {
      mm.lock().unlock();
    }
  }

  private void applyToAll(int flags) {
    long wanted =
        (flags & MCL_ONFAULT) != 0
            ? VmFlags.LOCKED_MASK
            : (flags & (MCL_CURRENT | MCL_FUTURE)) != 0 ? VmFlags.LOCKED : 0;
    long future = (flags & MCL_FUTURE) != 0 ? wanted : 0;
    mm.defFlags(mm.defFlags() & ~VmFlags.LOCKED_MASK | future);
    if (flags != 0 && (flags & MCL_CURRENT) == 0) {
      return;
    }
    List<Vma> all = new ArrayList<>();
    mm.tree().forEach(all::add);
    for (Vma known : all) {
      Vma vma = known.handle().current();
      if (vma != null) { // else swallowed by a merge with the one below, which is changed already
        changeIfPossible(vma, wanted);
      }
    }
  }

  /** mlockall passes over what cannot be split at the map limit. */
  private void changeIfPossible(Vma vma, long wanted) {
    try {
      change(vma, vma.start(), vma.end(), wanted);
    } catch (ErrnoException ignored) {
      // Linux does not report it either.
    }
  }
}
