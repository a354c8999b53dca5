// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.AddressChooser;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Proposal;
import dev.vmarea.space.Task;
import dev.vmarea.space.VmaLifecycle;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Makes a VMA, or part of one, longer in place or appear elsewhere (mm-semantics 4.5, 4.6 and 5.3
 * "move"). One request; under the address space's lock.
 */
final class VmaMove {
  private final Mm mm;
  private final Task task;
  private final MoveRequest request;

  VmaMove(Mm mm, Task task, MoveRequest request) {
    this.mm = mm;
    this.task = task;
    this.request = request;
  }

  /** Whether {@code delta} bytes behind {@code vma} are free and allowed. */
  boolean hasRoomBehind(Vma vma, long delta) {
    long end = vma.end() + delta;
    if (Long.compareUnsigned(end, vma.end()) < 0
        || Long.compareUnsigned(end, mm.config().taskSize()) > 0) {
      return false;
    }
    Vma next = mm.tree().find(vma.end());
    if (next != null && next.start() < end) {
      return false;
    }
    return vma.start() >= mm.config().dacMinAddr() || task.capable(Task.CAP_SYS_RAWIO);
  }

  /** Extends {@code vma} by {@code delta} bytes where it is; may swallow the next VMA. */
  void extendInPlace(Vma vma, long delta) throws ErrnoException {
    long pages = Pages.count(delta);
    long charged = vma.has(VmFlags.ACCOUNT) ? pages : 0;
    charge(charged);
    long end = vma.end();
    Proposal extension =
        new Proposal(
            end,
            end + delta,
            vma.pgoffAt(end),
            vma.flags(),
            vma.file(),
            vma.anon(),
            vma.extras(),
            true);
    Vma merged;
    try {
      merged = mm.editor().mergeNew(extension, false);
    } catch (ErrnoException noMemory) {
      merged = null;
    }
    if (merged == null) {
      mm.uncharge(charged);
      throw Errno.ENOMEM.failure();
    }
    count(vma.flags(), pages);
  }

  /** The address to move {@code vma} to: the caller's, or one that is free. */
  long chooseTarget(Vma vma) throws ErrnoException {
    int flags = 0;
    if (request.has(MremapFlags.FIXED)) {
      flags |= MapFlags.FIXED;
    }
    if (vma.has(VmFlags.MAYSHARE)) {
      flags |= MapFlags.SHARED;
    }
    long hint = request.impliesTarget() ? request.target() : 0;
    return new AddressChooser(mm)
        .choose(
            task,
            new AddressChooser.Request(
                hint,
                request.newLength(),
                vma.pgoffAt(request.address()),
                flags,
                vma.file(),
                false));
  }

  /** Moves the requested part of {@code vma} to {@code target}, which is free. */
  long move(Vma vma, long target) throws ErrnoException {
    boolean crowded =
        mm.kernel().profile().has(Difference.EARLY_MOVE_COUNT_CHECK)
            ? mm.mapCount() >= mm.config().maxMapCount() - 3
            : mm.mapCount() + 2 > mm.config().maxMapCount();
    if (crowded) {
      throw Errno.ENOMEM.failure();
    }
    checkCuts(vma);
    long charged = 0;
    if (vma.has(VmFlags.ACCOUNT)) {
      charged =
          Pages.count(
              request.has(MremapFlags.DONTUNMAP)
                  ? request.newLength()
                  : request.newLength() - request.oldLength());
      charge(charged);
    }
    Vma copy;
    try {
      copy = copy(vma, target);
    } catch (ErrnoException failed) {
      mm.uncharge(charged);
      throw failed;
    }
    Errno refused = movePages(vma, copy, target);
    forgetReservation();
    count(vma.flags(), Pages.count(request.newLength()));
    if (refused != null) {
      // The pages are back at their old place; the copy is unmapped. The charge for the old length
      // is still the source's, that for growth the copy's.
      boolean stays = request.has(MremapFlags.DONTUNMAP);
      new MoveEnd(mm).unmap(target, request.newLength(), stays ? 0 : request.oldLength());
      throw refused.failure();
    }
    mm.changes().moved(request.address(), target, request.oldLength());
    if (request.has(MremapFlags.DONTUNMAP)) {
      leaveSource(vma, copy);
    } else {
      new MoveEnd(mm).unmap(request.address(), request.oldLength(), request.oldLength());
    }
    return target;
  }

  /**
   * All of the source's VMA loses what was reserved for it to the copy, also if only a part moves:
   * then what the rest had is never given back, as in Linux.
   */
  private void forgetReservation() {
    Vma source = mm.tree().lookup(request.address());
    VmOperations ops = source == null ? null : source.ops();
    if (source != null && ops != null) {
      Object left = mm.lock().inHook(() -> ops.privateDataLeftBehind(source));
      if (left != source.privateData()) {
        mm.editor().replace(source, source.withPrivateData(left));
      }
    }
  }

  private void checkCuts(Vma vma) throws ErrnoException {
    VmOperations ops = vma.ops();
    if (ops == null) {
      return;
    }
    long end = request.address() + request.oldLength();
    Errno refused = null;
    if (request.address() != vma.start()) {
      refused = ops.maySplit(vma, request.address());
    }
    if (refused == null && end != vma.end() && end != request.address()) {
      refused = ops.maySplit(vma, end);
    }
    if (refused != null) {
      throw refused.failure();
    }
  }

  /** The VMA at the destination: merged into a neighbour, or new (copy_vma). */
  private Vma copy(Vma vma, long target) throws ErrnoException {
    boolean unfaulted = vma.isAnonymous() && vma.anon() == null;
    long pgoff = unfaulted ? Pages.count(target) : vma.pgoffAt(request.address());
    Proposal proposal =
        new Proposal(
            target,
            target + request.newLength(),
            pgoff,
            vma.flags(),
            vma.file(),
            vma.anon(),
            vma.extras());
    Vma merged = null;
    try {
      merged = mm.editor().mergeNew(proposal, false);
    } catch (ErrnoException noMemory) {
      // tried as a VMA of its own, as Linux does
    }
    if (merged != null) {
      return merged;
    }
    if (vma.anon() != null && mm.kernel().fails(FailurePlan.Point.ANON_CLONE)) {
      throw Errno.ENOMEM.failure();
    }
    Vma copy =
        mm.editor()
            .allocate(
                proposal.start(),
                proposal.end(),
                pgoff,
                vma.flags() & ~VmFlags.UFFD_MASK,
                vma.file(),
                vma.anon(),
                vma.ops(),
                vma.extras().withUserfault(null));
    Vma kept = VmaLifecycle.copied(mm, copy);
    mm.editor().insert(kept);
    return kept;
  }

  private @Nullable Errno movePages(Vma vma, Vma copy, long target) {
    mm.lock().writeLock(vma);
    PageTables tables = mm.pageTablesIfAny();
    if (tables == null) {
      if (mm.kernel().fails(FailurePlan.Point.PAGE_TABLE)) {
        return Errno.ENOMEM;
      }
    } else {
      try {
        tables.move(request.address(), target, request.oldLength());
      } catch (ErrnoException noTable) {
        return noTable.errno();
      }
    }
    Errno refused = tellMoved(vma.ops(), copy);
    if (refused != null && tables != null) {
      moveBack(tables, target);
    }
    return refused;
  }

  private @Nullable Errno tellMoved(@Nullable VmOperations ops, Vma copy) {
    return ops == null ? null : mm.lock().inHook(() -> ops.mremap(copy));
  }

  private void moveBack(PageTables tables, long target) {
    try {
      tables.move(target, request.address(), request.oldLength());
    } catch (ErrnoException noTable) {
      throw new IllegalStateException("the tables that the pages came from are gone", noTable);
    }
  }

  /** MREMAP_DONTUNMAP: the source stays, emptied, unlocked in all its length (trap 35). */
  private void leaveSource(Vma vma, Vma copy) {
    Vma source = mm.tree().lookup(request.address());
    if (source == null) {
      return;
    }
    mm.changes().discarded(request.address(), request.address() + request.oldLength());
    boolean whole =
        request.address() == vma.start()
            && request.address() + request.oldLength() == vma.end()
            && source.handle() != copy.handle();
    AnonVma anon = whole ? null : source.anon();
    long flags = source.flags() & ~VmFlags.LOCKED_MASK;
    if (anon != source.anon() || flags != source.flags()) {
      mm.editor().replace(source, source.withFlags(flags).withAnon(anon));
    }
    PageTables tables = mm.pageTablesIfAny();
    if (tables != null && source.has(VmFlags.LOCKED)) {
      tables.forEachPage(
          source.start(),
          source.end(),
          mm.kernel().memory(),
          page -> page.mark(KernelPage.Mark.UNEVICTABLE));
    }
  }

  private void charge(long pages) throws ErrnoException {
    if (pages != 0 && !mm.charge(task, pages)) {
      throw Errno.ENOMEM.failure();
    }
  }

  private void count(long flags, long pages) {
    mm.counters().map(flags, pages);
    if ((flags & VmFlags.LOCKED) != 0) {
      mm.counters().lock(pages);
    }
  }
}
