// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Kernel;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;

/**
 * A fault that a driver answers: asked for the largest entry that fits first, then for smaller ones
 * (mm-semantics 6.6 and 7). Under the address space's lock.
 */
public final class DriverFault implements FaultContext {
  private static final long NO_ANSWER = -1;

  private final Mm mm;
  private final Task task;
  private final Vma vma;
  private final long address;
  private final boolean write;
  private long answer = NO_ANSWER;

  /** A fault at {@code address} (bytes), which lies in {@code vma}. */
  public DriverFault(Mm mm, Task task, Vma vma, long address, boolean write) {
    this.mm = mm;
    this.task = task;
    this.vma = vma;
    this.address = Pages.floor(address);
    this.write = write;
  }

  /**
   * The page that the driver has answered with, whose reference is the caller's from now on.
   *
   * @return its frame, or -1 if the driver has made the entry itself, or has failed
   */
  long takeAnswer() {
    long taken = answer;
    answer = NO_ANSWER;
    return taken;
  }

  /** Has the driver answer; SIGBUS if it has nothing to answer with. */
  public Result handle() {
    Result result = ask();
    if (result != Result.NO_PAGE) {
      drop(takeAnswer());
    }
    return result;
  }

  private void drop(long pfn) {
    if (pfn != NO_ANSWER) {
      mm.kernel().memory().put(pfn);
    }
  }

  private Result ask() {
    VmOperations ops = vma.ops();
    if (ops == null) {
      return Result.SIGBUS;
    }
    PageTables tables = mm.pageTablesIfAny();
    long entry = tables == null ? 0 : tables.entry(address);
    if (entry != 0) {
      return EntryFormat.isGuard(entry) ? Result.SIGBUS : Result.NO_PAGE;
    }
    for (int level = mm.kernel().architecture().maxHugeLevel(); level > 0; level--) {
      if (fits(level)) {
        Result result = ops.hugeFault(this, level);
        if (result != Result.FALLBACK) {
          return result;
        }
      }
    }
    return ops.hasFault() ? ops.fault(this) : Result.SIGBUS;
  }

  /** Whether a huge entry of this level around the address lies inside the VMA. */
  private boolean fits(int level) {
    long size = mm.kernel().architecture().entrySize(level);
    long start = address & -size;
    return start >= vma.start() && start + size <= vma.end();
  }

  @Override
  public Vma vma() {
    return vma;
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public long pgoff() {
    return vma.pgoffAt(address);
  }

  @Override
  public boolean isWrite() {
    return write;
  }

  @Override
  public boolean mayLock(long pages) {
    return task.capable(Task.CAP_IPC_LOCK)
        || !task.limits().pagesExceeded(ResourceLimits.RLIMIT_MEMLOCK, pages);
  }

  @Override
  public Result answer(long pfn) {
    drop(answer);
    answer = pfn;
    return Result.NO_PAGE;
  }

  @Override
  public Result answerFromPageCache() {
    OpenFile file = vma.file();
    if (file == null) {
      return Result.SIGBUS;
    }
    try {
      long pfn = FilePages.find(mm.kernel().memory(), file.inode(), pgoff());
      return pfn < 0 ? Result.SIGBUS : answer(pfn);
    } catch (ErrnoException noFrame) {
      return Result.OOM;
    }
  }

  @Override
  public Result insertPfn(long pfn) {
    return insertPfn(pfn, mm.protection(vma));
  }

  @Override
  public Result insertPfn(long pfn, PageProtection wanted) {
    if (!mayHold(pfn)) {
      return Result.SIGBUS;
    }
    try {
      mm.pageTables().insertPfn(address, pfn, tracked(pfn, 1, wanted));
      return Result.NO_PAGE;
    } catch (ErrnoException noTable) {
      return Result.OOM;
    }
  }

  @Override
  public Result insertHuge(int level, long pfn) {
    long pages = Pages.count(mm.kernel().architecture().entrySize(level));
    if (!fits(level) || (pfn & (pages - 1)) != 0) {
      return Result.FALLBACK;
    }
    if (!mayHold(pfn)) {
      return Result.SIGBUS;
    }
    try {
      PageProtection protection = tracked(pfn, pages, mm.protection(vma));
      long start = address & -Pages.bytes(pages);
      mm.pageTables().insertHuge(level, start, pfn, protection);
      return Result.NO_PAGE;
    } catch (ErrnoException noTable) {
      return Result.OOM;
    }
  }

  private PageProtection tracked(long pfn, long pages, PageProtection wanted)
      throws ErrnoException {
    return mm.kernel().architecture().tracksCacheModes()
        ? mm.kernel().pfnTracking().partialProtection(pfn, pages, wanted)
        : wanted;
  }

  /** The rules of mappings of page frames, which a driver must keep. */
  private boolean mayHold(long pfn) {
    Kernel kernel = mm.kernel();
    boolean frames = vma.has(VmFlags.PFNMAP);
    boolean mixed = vma.has(VmFlags.MIXEDMAP);
    boolean either = frames != mixed || vma.isDax() && !frames;
    if (!either || !mixed && VmFlags.isCow(vma.flags()) || !frames && kernel.memory().isRam(pfn)) {
      kernel.warn(
          KernelWarning.Kind.BUG,
          String.format("page frame %x inserted by a fault into %s", pfn, vma));
      return false;
    }
    return kernel.mayMap(task, pfn, 1, mm.protection(vma));
  }
}
