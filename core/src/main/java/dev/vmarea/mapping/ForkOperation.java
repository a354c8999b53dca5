// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.AsyncIoContexts;
import dev.vmarea.space.Kernel;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.space.UnmapSet;
import dev.vmarea.space.VmaLifecycle;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import java.util.List;

/** fork: a copy of an address space; and exit, its end (mm-semantics 5.9). */
public final class ForkOperation {
  /** Memory whose page tables are copied. */
  private static final long COPIED = VmFlags.PFNMAP | VmFlags.MIXEDMAP | VmFlags.MAYBE_GUARD;

  private final Mm parent;
  private final Task task;

  /** Forks {@code parent} on behalf of {@code task}. */
  public ForkOperation(Mm parent, Task task) {
    this.parent = parent;
    this.task = task;
  }

  /**
   * The child's address space.
   *
   * @throws ErrnoException ENOMEM if the commit charge is refused or memory lacks; the parent is
   *     unchanged
   */
  public Mm fork() throws ErrnoException {
    parent.lock().lock();
    try {
      Mm child = new Mm(parent.kernel(), parent.layout().copy());
      child.defFlags(parent.defFlags() & VmFlags.NOHUGEPAGE);
      child.ksmMergeAny(parent.ksmMergeAny());
      child.thpDisabled(parent.thpDisabled());
      if (!parent.denyWriteExecNotInherited()) {
        child.denyWriteExec(parent.denyWriteExec(), false);
      }
      copyAll(child);
      return child;
    } finally {
      parent.lock().unlock();
    }
  }

  /** The child is locked, too: its VMAs can already be found by way of their files. */
  private void copyAll(Mm child) throws ErrnoException {
    child.lock().lock();
    try {
      for (Vma vma : parent.tree()) {
        if (!vma.has(VmFlags.DONTCOPY)) {
          copy(vma, child);
        }
      }
    } finally {
      child.lock().unlock();
    }
  }

  private void copy(Vma vma, Mm child) throws ErrnoException {
    boolean accounted = vma.has(VmFlags.ACCOUNT);
    boolean charged = !accounted || parent.charge(task, vma.pages());
    if (!charged || lacksMemory(vma)) {
      if (charged && accounted) {
        parent.uncharge(vma.pages());
      }
      exit(child);
      throw Errno.ENOMEM.failure();
    }
    AnonVma anon = vma.anon();
    AnonVma childAnon = anon == null || vma.has(VmFlags.WIPEONFORK) ? null : anon.forked();
    long flags = vma.flags() & ~(VmFlags.LOCKED_MASK | VmFlags.UFFD_MASK);
    Vma copy =
        new Vma(
            vma.start(),
            vma.end(),
            vma.pgoff(),
            flags,
            VmaHandle.of(vma.file()),
            vma.file(),
            childAnon,
            vma.ops(),
            vma.extras().withUserfault(null));
    child.editor().insert(VmaLifecycle.inherited(parent, copy));
    child.counters().map(flags, copy.pages());
    PageTables tables = parent.pageTablesIfAny();
    boolean copies = vma.anon() != null || vma.hasAny(COPIED);
    if (tables != null && copies && !vma.has(VmFlags.WIPEONFORK)) {
      copyTables(tables, vma, child);
    }
  }

  /** Other entries come back by faults; these would not. */
  private void copyTables(PageTables tables, Vma vma, Mm child) throws ErrnoException {
    parent.lock().writeLock(vma);
    try {
      tables.copyTo(
          child.pageTables(),
          vma.start(),
          vma.end(),
          VmFlags.isCow(vma.flags()),
          parent.kernel().memory());
    } catch (ErrnoException noTable) {
      exit(child);
      throw noTable;
    }
  }

  private boolean lacksMemory(Vma vma) {
    Kernel kernel = parent.kernel();
    boolean clones = vma.anon() != null && !vma.has(VmFlags.WIPEONFORK);
    return kernel.fails(FailurePlan.Point.VMA)
        || clones && kernel.fails(FailurePlan.Point.ANON_CLONE);
  }

  /** Ends an address space: everything is unmapped, sealed or not, and its charge given back. */
  public static void exit(Mm mm) {
    List<AsyncIoContexts.Context> contexts;
    mm.lock().lock();
    try {
      UnmapSet.everything(mm).remove();
      contexts = mm.asyncIo().all();
      contexts.forEach(mm.asyncIo()::remove);
    } finally {
      mm.lock().unlock();
    }
    for (AsyncIoContexts.Context context : contexts) {
      mm.kernel().asyncIoRequests().addAndGet(-context.requests());
      context.ring().inode().truncate(0);
    }
  }
}
