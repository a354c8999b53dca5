// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.space.Mm;
import dev.vmarea.space.UnmapSet;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * shmat and shmdt. Permissions of segments are not kept: every caller may attach. Observed on Linux
 * 6.18.
 */
public final class SharedMemoryOperation {
  /** shmat flags. */
  public static final int SHM_RDONLY = 010000;

  public static final int SHM_RND = 020000;
  public static final int SHM_REMAP = 040000;
  public static final int SHM_EXEC = 0100000;

  private final Mm mm;
  private final MapOperation map;
  private final SharedSegments segments;

  /** Attaches {@code segments} in {@code mm} by means of {@code map}. */
  public SharedMemoryOperation(Mm mm, MapOperation map, SharedSegments segments) {
    this.mm = mm;
    this.map = map;
    this.segments = segments;
  }

  /**
   * shmat(2).
   *
   * @param address where, in bytes, or 0 for the kernel's choice
   * @return where it was attached
   * @throws ErrnoException EINVAL for an unknown segment, an address that is not aligned (without
   *     SHM_RND) or occupied (without SHM_REMAP); else as mmap fails
   */
  public long attach(int id, long address, int flags) throws ErrnoException {
    if (id < 0) {
      throw Errno.EINVAL.failure();
    }
    int mapFlags = MapFlags.SHARED;
    long at = address;
    if (address != 0) {
      if (!Pages.isAligned(address)) {
        at = Pages.floor(address);
        boolean nowhere = at == 0 && (flags & SHM_REMAP) != 0;
        if ((flags & SHM_RND) == 0 || nowhere) {
          throw Errno.EINVAL.failure();
        }
      }
      mapFlags |= MapFlags.FIXED;
    } else if ((flags & SHM_REMAP) != 0) {
      throw Errno.EINVAL.failure();
    }
    boolean readOnly = (flags & SHM_RDONLY) != 0;
    int prot = readOnly ? Prot.READ : Prot.READ | Prot.WRITE;
    if ((flags & SHM_EXEC) != 0) {
      prot |= Prot.EXEC;
    }
    SharedSegment segment = segments.find(id);
    if (segment == null) {
      throw Errno.EINVAL.failure();
    }
    segment.attach(); // so that it stays meanwhile
    try {
      return map(segment, at, prot, mapFlags, (flags & SHM_REMAP) == 0);
    } finally {
      segment.detach();
    }
  }

  private long map(SharedSegment segment, long at, int prot, int mapFlags, boolean unoccupied)
      throws ErrnoException {
    long size = segment.inode().size();
    OpenFile file = segment.open((prot & Prot.WRITE) == 0);
    mm.lock().lock();
    try {
      if (at != 0 && unoccupied) {
        refuseOccupied(at, size);
      }
      return map.mapLocked(at, size, prot, mapFlags, file, 0);
    } finally {
      mm.lock().unlock();
      file.put();
    }
  }

  private void refuseOccupied(long start, long size) throws ErrnoException {
    long end = start + size;
    Vma vma = start < 0 ? null : mm.tree().find(start);
    boolean wraps = Long.compareUnsigned(end, start) < 0;
    if (wraps || vma != null && Long.compareUnsigned(vma.start(), end) < 0) {
      throw Errno.EINVAL.failure();
    }
  }

  /**
   * shmdt(2): takes out the attachment that began at {@code address}, all pieces of it that are
   * still where they were; sealed ones stay, without an error.
   *
   * @param address bytes, page aligned
   * @throws ErrnoException EINVAL if none is found
   */
  public void detach(long address) throws ErrnoException {
    if (!Pages.isAligned(address) || address < 0) {
      throw Errno.EINVAL.failure();
    }
    mm.lock().lock();
    try {
      Vma vma = mm.tree().find(address);
      while (vma != null && !isPiece(vma, address, null)) {
        vma = mm.tree().find(vma.end());
      }
      OpenFile file = vma == null ? null : vma.file();
      if (file == null) {
        throw Errno.EINVAL.failure();
      }
      long end = address + Pages.ceil(file.inode().size());
      // The first piece goes whatever its length; the others only inside the segment.
      for (boolean first = true; vma != null && (first || vma.end() <= end); first = false) {
        Vma next = mm.tree().find(vma.end());
        if (isPiece(vma, address, file)) {
          takeOut(vma);
        }
        vma = next;
      }
    } finally {
      mm.lock().unlock();
    }
  }

  private static boolean isPiece(Vma vma, long address, @Nullable OpenFile file) {
    return SharedSegment.isAttached(vma)
        && Pages.count(vma.start() - address) == vma.pgoff()
        && (file == null || vma.file() == file);
  }

  private void takeOut(Vma vma) {
    try {
      UnmapSet.gather(mm, vma, vma.start(), vma.end()).unmap();
    } catch (ErrnoException sealed) {
      return; // shmdt does not report it
    }
  }
}
