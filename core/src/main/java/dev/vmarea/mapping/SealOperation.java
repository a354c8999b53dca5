// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.Vma;

/** mseal: forbids changes to a range for good (mm-semantics 5.7). */
public final class SealOperation {
  private final Mm mm;

  /** Seals memory of {@code mm}. */
  public SealOperation(Mm mm) {
    this.mm = mm;
  }

  /**
   * mseal(2).
   *
   * @param address bytes, page aligned
   * @param length bytes, rounded up to pages
   * @throws ErrnoException EINVAL for flags, an unaligned or wrapping range; ENOMEM at a hole,
   *     nothing sealed then, or at the map limit, the part below sealed
   */
  public void seal(long address, long length, long flags) throws ErrnoException {
    long bytes = Pages.ceil(length);
    long end = address + bytes;
    if (flags != 0
        || !Pages.isAligned(address)
        || bytes == 0 && length != 0
        || Long.compareUnsigned(end, address) < 0) {
      throw Errno.EINVAL.failure();
    }
    if (bytes == 0) {
      return;
    }
    mm.lock().lock();
    try {
      RangeWalk.forEach(mm, address, end, (vma, from, to) -> {});
      RangeWalk.forEach(mm, address, end, this::sealPiece);
    } finally {
      mm.lock().unlock();
    }
  }

  private void sealPiece(Vma vma, long start, long end) throws ErrnoException {
    if (!vma.has(VmFlags.SEALED)) {
      mm.editor().modify(vma, start, end, vma.flags() | VmFlags.SEALED, vma.extras());
    }
  }
}
