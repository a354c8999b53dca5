// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;

/**
 * remap_file_pages: since Linux 4.0 an ordinary mmap over a shared mapping of the same file, so
 * what madvise, mbind and the like had set there is lost. Observed on Linux 6.18.
 */
public final class RemapFileOperation {
  private final Mm mm;
  private final MapOperation map;

  /** Remaps in {@code mm} by means of {@code map}. */
  public RemapFileOperation(Mm mm, MapOperation map) {
    this.mm = mm;
    this.map = map;
  }

  /**
   * remap_file_pages(2).
   *
   * @param address bytes, rounded down to a page
   * @param length bytes, rounded down to pages
   * @param prot must be 0
   * @param pgoff new offset in pages
   * @param flags only MAP_NONBLOCK counts
   * @throws ErrnoException EINVAL if the range is empty, wraps, or is not one shared mapping of one
   *     file without holes; else as mmap fails
   */
  public void remap(long address, long length, int prot, long pgoff, int flags)
      throws ErrnoException {
    long start = Pages.floor(address);
    long bytes = Pages.floor(length);
    long end = start + bytes;
    if (prot != 0
        || Long.compareUnsigned(end, start) <= 0
        || Long.compareUnsigned(pgoff + Pages.count(bytes), pgoff) < 0) {
      throw Errno.EINVAL.failure();
    }
    mm.lock().lock();
    try {
      Vma vma = start < 0 ? null : mm.tree().lookup(start);
      OpenFile file = vma == null ? null : vma.file();
      if (vma == null || file == null || !vma.has(VmFlags.SHARED)) {
        throw Errno.EINVAL.failure();
      }
      checkAlike(vma, end);
      int mapFlags = MapFlags.SHARED | MapFlags.FIXED | MapFlags.POPULATE;
      mapFlags |= flags & MapFlags.NONBLOCK;
      if (vma.has(VmFlags.LOCKED)) {
        mapFlags |= MapFlags.LOCKED;
      }
      file.get(); // the old mapping may have the last reference
      try {
        map.mapLocked(start, bytes, protOf(vma.flags()), mapFlags, file, pgoff);
      } finally {
        file.put();
      }
    } finally {
      mm.lock().unlock();
    }
  }

  private void checkAlike(Vma first, long end) throws ErrnoException {
    Vma last = first;
    while (Long.compareUnsigned(last.end(), end) < 0) {
      Vma next = mm.tree().lookup(last.end());
      if (next == null || next.file() != first.file() || next.flags() != first.flags()) {
        throw Errno.EINVAL.failure();
      }
      last = next;
    }
  }

  private static int protOf(long flags) {
    return (int) (flags & (Prot.READ | Prot.WRITE | Prot.EXEC));
  }
}
