// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;

/**
 * mincore: its errors, and the writes to the caller's vector. What the vector says depends on page
 * contents.
 */
public final class ResidencyOperation {
  /** Pages that Linux reports in one go: the vector is written after each such chunk. */
  private static final long CHUNK = Pages.SIZE;

  private final Mm mm;
  private final UserAccess memory;

  /** mincore in {@code mm} on behalf of {@code task}. */
  public ResidencyOperation(Mm mm, Task task) {
    this.mm = mm;
    this.memory = new UserAccess(mm, task);
  }

  /**
   * mincore(2).
   *
   * @param address bytes, page aligned
   * @param length bytes, rounded up to pages
   * @param vector address that gets one byte a page
   * @throws ErrnoException EINVAL for an unaligned address; ENOMEM beyond user memory or at a hole,
   *     the vector written up to it; EFAULT if the vector cannot be written
   */
  public void residency(long address, long length, long vector) throws ErrnoException {
    if (!Pages.isAligned(address)) {
      throw Errno.EINVAL.failure();
    }
    if (!memory.isUserRange(address, length)) {
      throw Errno.ENOMEM.failure();
    }
    long pages = Pages.count(Pages.ceil(length));
    if (!memory.isUserRange(vector, pages)) {
      throw Errno.EFAULT.failure();
    }
    mm.lock().lock();
    try {
      long at = address;
      long to = vector;
      while (pages > 0) {
        Vma vma = mm.tree().lookup(at);
        if (vma == null) {
          throw Errno.ENOMEM.failure();
        }
        long count = Math.min(Math.min(pages, CHUNK), Pages.count(vma.end() - at));
        if (!memory.write(to, count)) {
          throw Errno.EFAULT.failure();
        }
        pages -= count;
        at += Pages.bytes(count);
        to += count;
      }
    } finally {
      mm.lock().unlock();
    }
  }
}
