// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;

/** mprotect and pkey_mprotect (mm-semantics 5.2). */
public final class ProtectOperation {
  private static final int KNOWN_PROT = Prot.READ | Prot.WRITE | Prot.EXEC | Prot.SEM;

  private final Mm mm;
  private final Task task;

  /** mprotect in {@code mm} on behalf of {@code task}. */
  public ProtectOperation(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
  }

  /**
   * mprotect(2), or pkey_mprotect(2) with a key other than -1.
   *
   * @param address bytes, page aligned
   * @param length bytes, rounded up to pages
   * @param protection PROT_ bits
   * @param pkey protection key, or -1 for none
   * @throws ErrnoException EINVAL for an unaligned address, unknown bits, a key, or GROWSDOWN of
   *     memory that does not; ENOMEM for a range that wraps, at a hole, over a limit, the commit
   *     charge or the map count; EACCES where the mapping or MDWE forbids the access; EPERM for
   *     sealed memory. What was changed before the failing VMA stays so, and so do splits
   */
  public void protect(long address, long length, int protection, int pkey) throws ErrnoException {
    int grows = protection & (Prot.GROWSDOWN | Prot.GROWSUP);
    int prot = protection & ~(Prot.GROWSDOWN | Prot.GROWSUP);
    if (grows == (Prot.GROWSDOWN | Prot.GROWSUP) || !Pages.isAligned(address)) {
      throw Errno.EINVAL.failure();
    }
    if (length == 0) {
      return;
    }
    long end = address + Pages.ceil(length);
    if (Long.compareUnsigned(end, address) <= 0) {
      throw Errno.ENOMEM.failure();
    }
    if ((prot & ~KNOWN_PROT) != 0) {
      throw Errno.EINVAL.failure();
    }
    mm.lock().lock();
    try {
      if (pkey != -1) {
        throw Errno.EINVAL.failure(); // no key can have been allocated
      }
      protectLocked(address, end, prot, grows);
    } finally {
      mm.lock().unlock();
    }
  }

  private void protectLocked(long address, long end, int prot, int grows) throws ErrnoException {
    Vma vma = address < 0 ? null : mm.tree().find(address);
    if (vma == null) {
      throw Errno.ENOMEM.failure();
    }
    long start = address;
    if (grows == Prot.GROWSDOWN) {
      if (Long.compareUnsigned(vma.start(), end) >= 0) {
        throw Errno.ENOMEM.failure();
      }
      start = vma.start();
      if (!vma.has(VmFlags.GROWSDOWN)) {
        throw Errno.EINVAL.failure();
      }
    } else {
      if (vma.start() > start) {
        throw Errno.ENOMEM.failure();
      }
      if (grows == Prot.GROWSUP) {
        throw Errno.EINVAL.failure(); // nothing grows up on these architectures
      }
    }
    long at = start;
    while (true) {
      long pieceEnd = Long.compareUnsigned(vma.end(), end) < 0 ? vma.end() : end;
      // A merge with the next VMA has taken that one along: its flags are the wanted ones.
      at = Math.max(pieceEnd, protectPiece(vma, at, pieceEnd, prot).end());
      if (Long.compareUnsigned(at, end) >= 0) {
        return;
      }
      Vma next = mm.tree().find(at);
      if (next == null || next.start() != at) {
        throw Errno.ENOMEM.failure();
      }
      vma = next;
    }
  }

  private Vma protectPiece(Vma vma, long start, long end, int prot) throws ErrnoException {
    int wanted = prot;
    if ((prot & Prot.READ) != 0
        && (task.personality() & Task.READ_IMPLIES_EXEC) != 0
        && vma.has(VmFlags.MAYEXEC)) {
      wanted |= Prot.EXEC;
    }
    long flags = VmFlags.ofProt(wanted) | vma.flags() & ~(VmFlags.ACCESS | VmFlags.PKEY_MASK);
    long allowed = flags >>> 4;
    if ((flags & ~allowed & VmFlags.ACCESS) != 0 || mm.refusedByDenyWriteExec(vma.flags(), flags)) {
      throw Errno.EACCES.failure();
    }
    return changeFlags(vma, start, end, flags);
  }

  /** The VMA that covers the piece afterwards. */
  private Vma changeFlags(Vma vma, long start, long end, long wanted) throws ErrnoException {
    long old = vma.flags();
    if ((old & VmFlags.SEALED) != 0) {
      throw Errno.EPERM.failure();
    }
    if (wanted == old) {
      return vma;
    }
    long pages = Pages.count(end - start);
    long flags = wanted;
    long charged = 0;
    if ((flags & VmFlags.WRITE) != 0) {
      if (!mm.mayExpand(task, flags, pages) && mm.mayExpand(task, old, pages)) {
        throw Errno.ENOMEM.failure();
      }
      long exempt =
          VmFlags.ACCOUNT | VmFlags.WRITE | VmFlags.HUGETLB | VmFlags.SHARED | VmFlags.NORESERVE;
      if ((old & exempt) == 0) {
        if (!mm.charge(task, pages)) {
          throw Errno.ENOMEM.failure();
        }
        charged = pages;
        flags |= VmFlags.ACCOUNT;
      }
    } else if ((old & VmFlags.ACCOUNT) != 0 && vma.isAnonymous() && vma.anon() == null) {
      flags &= ~VmFlags.ACCOUNT;
    }
    Vma changed;
    try {
      changed = mm.editor().modify(vma, start, end, flags, vma.extras());
    } catch (ErrnoException refused) {
      mm.uncharge(charged);
      throw refused;
    }
    PageTables tables = mm.pageTablesIfAny();
    if (tables != null) {
      mm.lock().writeLock(changed);
      if ((changed.flags() & (VmFlags.WRITE | VmFlags.SHARED)) == VmFlags.WRITE) {
        tables.protectWritable(start, end, mm.protection(changed), mm.kernel().memory());
      } else {
        tables.protect(start, end, mm.protection(changed));
      }
    }
    if ((old & VmFlags.ACCOUNT) != 0 && (flags & VmFlags.ACCOUNT) == 0) {
      mm.uncharge(pages);
    }
    boolean lockedPrivate =
        (old & (VmFlags.WRITE | VmFlags.SHARED | VmFlags.LOCKED)) == VmFlags.LOCKED;
    if (lockedPrivate && (flags & VmFlags.WRITE) != 0) {
      new Population(mm, task).populateIgnoringErrors(start, end);
    }
    mm.counters().classify(old, -pages);
    mm.counters().classify(changed.flags(), pages);
    return changed;
  }
}
