// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Difference;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.space.UnmapSet;
import dev.vmarea.vma.Vma;

/**
 * The end of a move: of source and copy one is unmapped, and the charge that they share stays with
 * the other. If that fails both stay. Under the address space's lock.
 */
final class MoveEnd {
  private final Mm mm;

  /** The end of a move in {@code mm}. */
  MoveEnd(Mm mm) {
    this.mm = mm;
  }

  /**
   * Unmaps [start, start + length), in bytes, as far as there is memory to do it.
   *
   * @param chargedElsewhere bytes whose charge belongs to the other of source and copy, if there is
   *     one at all
   */
  void unmap(long start, long length, long chargedElsewhere) {
    if (length == 0) {
      return;
    }
    long end = start + length;
    Vma first = mm.tree().find(start);
    if (first == null || first.start() >= end) {
      return;
    }
    try {
      UnmapSet set = UnmapSet.gather(mm, first, start, end);
      inheritCharge(set, Pages.count(chargedElsewhere));
      set.unmap();
    } catch (ErrnoException noMemory) {
      mm.changes().discarded(start, end); // what was to go stays mapped
      chargeKept(first, Pages.count(length), Pages.count(chargedElsewhere));
    }
  }

  /** In Linux all of the charge has moved if any has (trap 34). */
  private void inheritCharge(UnmapSet set, long pages) {
    if (pages != 0 && mm.kernel().profile().has(Difference.REFUSED_MOVE_LOSES_CHARGE)) {
      set.inheritCharge();
    } else {
      set.inheritCharge(pages);
    }
  }

  /**
   * What could not be unmapped needs a charge of its own in place of what is charged elsewhere,
   * even over the limit. Linux charges all of it, accountable or not, and all pieces of its VMA no
   * longer know that they are charged (trap 33).
   */
  private void chargeKept(Vma first, long pages, long chargedElsewhere) {
    if (!mm.kernel().profile().has(Difference.KEPT_SOURCE_FORGETS_CHARGE)) {
      mm.uncharge(first.has(VmFlags.ACCOUNT) ? -chargedElsewhere : 0);
      return;
    }
    mm.uncharge(-pages);
    if (chargedElsewhere != 0) {
      forgetCharge(first.start(), first.end());
    }
  }

  private void forgetCharge(long start, long end) {
    Vma piece = mm.tree().find(start);
    while (piece != null && piece.start() < end) {
      if (piece.has(VmFlags.ACCOUNT)) {
        mm.editor().replace(piece, piece.withFlags(piece.flags() & ~VmFlags.ACCOUNT));
      }
      piece = mm.tree().find(piece.end());
    }
  }
}
