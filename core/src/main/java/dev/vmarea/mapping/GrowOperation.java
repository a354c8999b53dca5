// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.space.Proposal;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.space.UnmapSet;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;

/** brk: grows and shrinks the heap (mm-semantics 5.5). */
public final class GrowOperation {
  private final Mm mm;
  private final Task task;

  /** brk in {@code mm} on behalf of {@code task}. */
  public GrowOperation(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
  }

  /**
   * brk(2) as the kernel sees it: never an errno.
   *
   * @param wanted new break in bytes
   * @return the break afterwards, which is the old one if the change was refused
   */
  public long brk(long wanted) {
    mm.lock().lock();
    try {
      ProgramLayout layout = mm.layout();
      long old = layout.brk;
      try {
        if (move(layout, old, wanted)) {
          layout.brk = wanted;
        }
      } catch (ErrnoException refused) {
        return old;
      }
      return layout.brk;
    } finally {
      mm.lock().unlock();
    }
  }

  private boolean move(ProgramLayout layout, long old, long wanted) throws ErrnoException {
    if (Long.compareUnsigned(wanted, layout.startBrk) < 0 || overDataLimit(layout, wanted)) {
      return false;
    }
    long newEnd = Pages.ceil(wanted);
    long oldEnd = Pages.ceil(old);
    if (newEnd == oldEnd) {
      return true;
    }
    if (Long.compareUnsigned(wanted, old) <= 0) {
      return shrink(newEnd, oldEnd);
    }
    return grow(oldEnd, newEnd);
  }

  private boolean overDataLimit(ProgramLayout layout, long wanted) {
    long data = layout.endData - layout.startData;
    return task.limits().exceeded(ResourceLimits.RLIMIT_DATA, wanted - layout.startBrk + data);
  }

  private boolean shrink(long newEnd, long oldEnd) throws ErrnoException {
    Vma first = mm.tree().find(newEnd);
    if (first == null || first.start() >= oldEnd) {
      return false;
    }
    UnmapSet.gather(mm, first, newEnd, oldEnd).unmap();
    return true;
  }

  private boolean grow(long start, long end) throws ErrnoException {
    if (Long.compareUnsigned(end, mm.config().taskSize()) > 0) {
      return false;
    }
    long pages = Pages.count(end - start);
    long flags = VmFlags.DATA_DEFAULT | VmFlags.ACCOUNT | mm.defFlags();
    if ((task.personality() & Task.READ_IMPLIES_EXEC) != 0) {
      flags |= VmFlags.ofProt(Prot.EXEC);
    }
    boolean locked = (flags & VmFlags.LOCKED) != 0;
    if (locked && mm.lockLimitExceeded(task, pages)) {
      return false;
    }
    Vma next = mm.tree().find(start);
    if (next != null && mm.guardedStart(next) < end + Pages.SIZE) {
      return false;
    }
    flags = mm.withKsm(flags);
    if (!mm.mayExpand(task, flags, pages) || mm.mapCount() > mm.config().maxMapCount()) {
      return false;
    }
    if (!mm.charge(task, pages)) {
      return false;
    }
    try {
      place(start, end, flags);
    } catch (ErrnoException refused) {
      mm.uncharge(pages);
      throw refused;
    }
    mm.counters().map(flags, pages);
    if (locked) {
      mm.counters().lock(pages);
      new Population(mm, task).populateIgnoringErrors(start, end);
    }
    return true;
  }

  private void place(long start, long end, long flags) throws ErrnoException {
    Proposal proposal =
        new Proposal(start, end, Pages.count(start), flags, null, null, VmaExtras.NONE);
    Vma previous = mm.tree().before(start);
    // The kernel looks for a VMA no lower than the heap's start: the program's own bss, which may
    // end right there, is not extended.
    boolean atOldBreak =
        previous != null && previous.end() == start && previous.end() > mm.layout().startBrk;
    if (atOldBreak && mm.editor().mergeNew(proposal, true) != null) {
      return;
    }
    mm.editor()
        .insert(
            mm.editor()
                .allocate(start, end, proposal.pgoff(), flags, null, null, null, VmaExtras.NONE));
  }
}
