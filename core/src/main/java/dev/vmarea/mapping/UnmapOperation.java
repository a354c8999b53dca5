// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.space.Mm;
import dev.vmarea.space.UnmapSet;
import dev.vmarea.vma.Vma;

/** munmap (mm-semantics 5.1). */
public final class UnmapOperation {
  private final Mm mm;

  /** munmap in {@code mm}. */
  public UnmapOperation(Mm mm) {
    this.mm = mm;
  }

  /**
   * munmap(2): takes out whatever lies in the range; holes are fine.
   *
   * @throws ErrnoException EINVAL for an unaligned, empty or absurd range; EPERM if something in it
   *     is sealed; ENOMEM if it punches a hole at the map limit; splits made on the way stay
   */
  public void unmap(long address, long length) throws ErrnoException {
    mm.lock().lock();
    try {
      unmapLocked(address, length);
    } finally {
      mm.lock().unlock();
    }
  }

  void unmapLocked(long address, long length) throws ErrnoException {
    long taskSize = mm.config().taskSize();
    if (!Pages.isAligned(address)
        || Long.compareUnsigned(address, taskSize) > 0
        || Long.compareUnsigned(length, taskSize - address) > 0) {
      throw Errno.EINVAL.failure();
    }
    long bytes = Pages.ceil(length);
    if (bytes == 0) {
      throw Errno.EINVAL.failure();
    }
    long end = address + bytes;
    Vma first = mm.tree().overlap(address, end);
    if (first != null) {
      UnmapSet.gather(mm, first, address, end).unmap();
    }
  }
}
