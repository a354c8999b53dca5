// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.vma.FileVmaHandle;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;

/**
 * What hangs on a VMA from its beginning to its end: the reference to its file, its place in the
 * file's reverse map, its share of reserved page frames. Under the address space's lock.
 */
public final class VmaLifecycle {
  private VmaLifecycle() {}

  /**
   * {@code copy} is a duplicate of a VMA in the same address space (split, move), not yet
   * published.
   *
   * @return the same, with what its driver keeps with it
   */
  public static Vma copied(Mm mm, Vma copy) {
    return copied(mm, copy, false);
  }

  /** The same for a child's duplicate (fork); {@code mm} is the parent's. */
  public static Vma inherited(Mm mm, Vma copy) {
    return copied(mm, copy, true);
  }

  private static Vma copied(Mm mm, Vma copy, boolean child) {
    OpenFile file = copy.file();
    if (file != null) {
      file.get();
    }
    PfnReservation reservation = copy.extras().driver().reservation();
    if (reservation != null) {
      reservation.share();
    }
    VmOperations ops = copy.ops();
    if (ops == null) {
      return copy;
    }
    return mm.lock()
        .inHook(() -> {
          Vma kept = copy.withPrivateData(ops.privateDataOfCopy(copy, child));
          ops.open(kept);
          return kept;
        });
  }

  /** What {@link #copied} took is given back: its driver did not want the copy after all. */
  public static void forgotten(Vma copy) {
    PfnReservation reservation = copy.extras().driver().reservation();
    if (reservation != null) {
      reservation.release();
    }
    OpenFile file = copy.file();
    if (file != null) {
      file.put();
    }
  }

  /** {@code vma} is past the point of no return: it can no longer be found, its driver is told. */
  static void closed(Mm mm, Vma vma) {
    if (vma.handle() instanceof FileVmaHandle handle) {
      handle.map().unlink(handle);
    }
    VmOperations ops = vma.ops();
    if (ops != null) {
      mm.lock().runHook(() -> ops.close(vma));
    }
  }

  /** {@code vma} is in the tree now: the way from its file to it opens. */
  static void published(Mm mm, Vma vma) {
    vma.handle().publish(vma);
    if (vma.handle() instanceof FileVmaHandle handle) {
      handle.map().link(handle, mm);
    }
  }

  /** {@code vma} has left the tree for good; whoever unmaps it has closed it. */
  static void ended(Mm mm, Vma vma) {
    if (vma.handle() instanceof FileVmaHandle handle) {
      handle.map().unlink(handle);
    }
    vma.handle().publish(null);
    PfnReservation reservation = vma.extras().driver().reservation();
    if (reservation != null) {
      reservation.release();
    }
    OpenFile file = vma.file();
    if (file != null) {
      mm.lock().runHook(() -> file.put());
    }
  }
}
