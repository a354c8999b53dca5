// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;

/** msync: changes no VMA; only its errors are of interest. */
public final class SyncOperation {
  /** MS_ flags. */
  public static final int MS_ASYNC = 1;

  public static final int MS_INVALIDATE = 2;
  public static final int MS_SYNC = 4;

  private final Mm mm;

  /** msync in {@code mm}. */
  public SyncOperation(Mm mm) {
    this.mm = mm;
  }

  /**
   * msync(2).
   *
   * @param address bytes, page aligned
   * @param length bytes, rounded up to pages
   * @throws ErrnoException EINVAL for bad flags or an unaligned address; ENOMEM for a range that
   *     wraps or has a hole; at once, EBUSY for MS_INVALIDATE of locked memory and EINVAL for
   *     MS_SYNC of a shared mapping whose file cannot be written back
   */
  public void sync(long address, long length, int flags) throws ErrnoException {
    boolean badFlags = (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0;
    boolean both = (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC);
    if (badFlags || both || !Pages.isAligned(address)) {
      throw Errno.EINVAL.failure();
    }
    long end = address + Pages.ceil(length);
    if (Long.compareUnsigned(end, address) < 0) {
      throw Errno.ENOMEM.failure();
    }
    if (end == address) {
      return;
    }
    mm.lock().lock();
    try {
      RangeWalk.forEach(
          mm,
          address,
          end,
          (vma, from, to) -> {
            if ((flags & MS_INVALIDATE) != 0 && vma.has(VmFlags.LOCKED)) {
              throw Errno.EBUSY.failure();
            }
            if ((flags & MS_SYNC) != 0 && !canSync(vma)) {
              throw Errno.EINVAL.failure();
            }
          });
    } finally {
      mm.lock().unlock();
    }
  }

  /** Only shared mappings of files are written back, and some files cannot be. */
  private static boolean canSync(Vma vma) {
    OpenFile file = vma.file();
    return file == null
        || !vma.has(VmFlags.SHARED)
        || file.operations() == null
        || file.operations().canSync();
  }
}
