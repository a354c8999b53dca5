// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.Vma;

/** Grows stack-like VMAs down to a faulting address (mm-semantics 5.8). */
public final class StackGrowth {
  private final Mm mm;
  private final Task task;

  /** Grows stacks of {@code mm} on behalf of {@code task}. */
  public StackGrowth(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
  }

  /**
   * Makes the next VMA above {@code address} (bytes) reach down to its page.
   *
   * @return the VMA that contains the address afterwards
   * @throws ErrnoException EFAULT if there is none that grows, EPERM below mmap_min_addr, ENOMEM in
   *     the guard gap of what lies below or at a limit; a fault turns all of them into SIGSEGV
   */
  public Vma growTo(long address) throws ErrnoException {
    Vma vma = mm.tree().find(address);
    if (vma == null) {
      throw Errno.EFAULT.failure();
    }
    if (vma.start() <= address) {
      return vma;
    }
    if (!vma.has(VmFlags.GROWSDOWN)) {
      throw Errno.EFAULT.failure();
    }
    long start = Pages.floor(address);
    if (start < mm.config().minAddr()) {
      throw Errno.EPERM.failure();
    }
    Vma below = mm.tree().before(start);
    long guard = Pages.bytes(mm.config().stackGuardPages());
    if (below != null
        && !below.has(VmFlags.GROWSDOWN)
        && below.isAccessible()
        && start - below.end() < guard) {
      throw Errno.ENOMEM.failure();
    }
    if (mm.kernel().fails(FailurePlan.Point.TREE_NODE)) {
      throw Errno.ENOMEM.failure();
    }
    long pages = Pages.count(vma.start() - start);
    // The identity is given before the limits are asked, and stays when they refuse.
    Vma anonymous = mm.anonAssigner().ensure(vma);
    checkLimits(vma, start, pages);
    mm.counters().map(vma.flags(), pages);
    if (vma.has(VmFlags.LOCKED)) {
      mm.counters().lock(pages);
    }
    Vma grown = anonymous.withRange(start, vma.end(), vma.pgoff() - pages);
    mm.editor().extend(anonymous, grown);
    return grown;
  }

  private void checkLimits(Vma vma, long start, long pages) throws ErrnoException {
    boolean allowed =
        pages <= vma.pgoff()
            && mm.mayExpand(task, vma.flags(), pages)
            && !task.limits().exceeded(ResourceLimits.RLIMIT_STACK, vma.end() - start)
            && !(vma.has(VmFlags.LOCKED) && mm.lockLimitExceeded(task, pages))
            && mm.charge(task, pages);
    if (!allowed) {
      throw Errno.ENOMEM.failure();
    }
  }
}
