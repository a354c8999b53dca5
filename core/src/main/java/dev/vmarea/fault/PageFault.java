// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.FrameSource;
import dev.vmarea.space.Mm;
import dev.vmarea.space.StackGrowth;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;

/**
 * An access that found no entry, or one that does not allow it (mm-semantics 7): finds the VMA,
 * asks whether it allows the access, and has an entry made that does.
 *
 * <p>Tried first with the VMA's lock alone, so that faults run beside each other and beside changes
 * elsewhere; where that cannot be had, or the VMA itself must change, under the address space's.
 * The caller must not be one that others wait for: its accessor is offline.
 */
public final class PageFault {
  /** More than any page needs. */
  private static final int MOST_STEPS = 4;

  private final Mm mm;
  private final Task task;
  private final long address;
  private final Access access;
  private final FrameSource frames;

  /** An access to {@code address} (bytes), with new pages from the machine's memory. */
  public PageFault(Mm mm, Task task, long address, Access access) {
    this(mm, task, address, access, mm.kernel().memory());
  }

  /** An access to {@code address} (bytes), with new anonymous pages from {@code frames}. */
  public PageFault(Mm mm, Task task, long address, Access access, FrameSource frames) {
    this.mm = mm;
    this.task = task;
    this.address = address;
    this.access = access;
    this.frames = frames;
  }

  /**
   * Makes the access possible, unless somebody takes the right away again at once.
   *
   * @return whether an entry was changed, by this fault or beside it; false if a driver was asked,
   *     or nothing was wrong with what is there
   * @throws MemoryFault if the access is not possible
   */
  public boolean handle() {
    if (Long.compareUnsigned(address, mm.config().taskSize()) >= 0) {
      boolean canonical = address >>> 47 == 0 || address >>> 47 == 0x1ffff;
      throw fault(canonical ? MemoryFault.Cause.MAPERR : MemoryFault.Cause.NOT_CANONICAL);
    }
    mm.lock().refuseInHook();
    FaultOutcome outcome = besideOthers();
    return (outcome == FaultOutcome.NEEDS_LOCK ? alone() : outcome) == FaultOutcome.CHANGED;
  }

  /**
   * Handles faults until there is an entry that permits the access, noted or not; one fault may be
   * a step only: a huge page that is cut up, a driver that maps less than was asked for. With the
   * address space's lock held; no fault beside these changes the area until it is released.
   *
   * @return whether there is one; false if a driver only says so
   * @throws MemoryFault if the access is not possible
   */
  public boolean faultIn() {
    for (int steps = 0; steps <= MOST_STEPS; steps++) {
      Vma vma = mm.tree().lookup(address);
      if (vma != null) {
        mm.lock().writeLock(vma);
      }
      if (mm.pageTablesIfAny() != null && access.isPermittedBy(mm.pageTables().entry(address))) {
        return true;
      }
      handle();
    }
    return false;
  }

  private FaultOutcome besideOthers() {
    Vma vma = mm.tree().lookup(address);
    if (vma == null || mm.pageTablesIfAny() == null || !mm.lock().tryReadLock(vma)) {
      return FaultOutcome.NEEDS_LOCK;
    }
    try {
      return handle(vma, false);
    } finally {
      vma.handle().readUnlock();
    }
  }

  private FaultOutcome alone() {
    mm.lock().lock();
    try {
      Vma vma = mm.tree().lookup(address);
      return handle(vma == null ? grownStack() : vma, true);
    } finally {
      mm.lock().unlock();
    }
  }

  private Vma grownStack() {
    try {
      return new StackGrowth(mm, task).growTo(address);
    } catch (ErrnoException refused) {
      throw fault(MemoryFault.Cause.MAPERR);
    }
  }

  private FaultOutcome handle(Vma vma, boolean locked) {
    if (!isAllowed(vma, mm.pageTables().entry(address))) {
      throw fault(MemoryFault.Cause.ACCERR);
    }
    try {
      EntryMaker maker =
          new EntryMaker(mm, task, vma, address, access == Access.WRITE, frames, locked);
      FaultOutcome outcome = maker.make();
      if (outcome == FaultOutcome.GUARDED) {
        throw fault(MemoryFault.Cause.MAPERR); // as if nothing were mapped
      }
      return outcome;
    } catch (ErrnoException failed) {
      throw fault(
          failed.errno() == Errno.ENOMEM ? MemoryFault.Cause.OUT_OF_MEMORY : MemoryFault.Cause.BUS);
    }
  }

  /**
   * Gives private memory that is mapped here a page of its own without making it writable, so that
   * later writes of its owner go into this page (FAULT_FLAG_UNSHARE). Nothing to do if it has one.
   * With the address space's lock held.
   *
   * @throws ErrnoException ENOMEM without a frame, EFAULT for a bare frame without contents
   */
  public void unshare() throws ErrnoException {
    Vma vma = mm.tree().lookup(address);
    if (vma != null) {
      new EntryMaker(mm, task, vma, address, false, frames, true).unshare();
    }
  }

  /**
   * Gives private memory that has no page here one of its own, whatever its protection is: as
   * execve and debuggers do. With the address space's lock held.
   *
   * @throws ErrnoException ENOMEM without a frame or a table
   */
  public void provide() throws ErrnoException {
    Vma vma = mm.tree().lookup(address);
    if (vma != null && VmFlags.isCow(vma.flags()) && mm.pageTables().entry(address) == 0) {
      new EntryMaker(mm, task, vma, address, true, frames, true).provide();
    }
  }

  private MemoryFault fault(MemoryFault.Cause cause) {
    return new MemoryFault(cause, address);
  }

  /**
   * What can be written or executed can be read by the hardware, too. x86 asks nothing more of a
   * fetch that finds no page: what it puts there refuses the next one.
   */
  private boolean isAllowed(Vma vma, long entry) {
    return switch (access) {
      case READ -> vma.isAccessible();
      case WRITE -> vma.has(VmFlags.WRITE);
      case EXECUTE -> vma.has(VmFlags.EXEC) || entry == 0 && vma.isAccessible();
    };
  }
}
