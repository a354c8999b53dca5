// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.OpenFile;

/**
 * shmget, and shmctl's IPC_RMID: segments come and go. Owners and permissions are not kept. Ids are
 * those of a machine without segments before. Observed on Linux 6.18.
 */
public final class SegmentOperation {
  /** shmget: a segment without a key. */
  public static final int IPC_PRIVATE = 0;

  /** shmget: make it if there is none. */
  public static final int IPC_CREAT = 01000;

  /** shmget, with IPC_CREAT: fail if there is one. */
  public static final int IPC_EXCL = 02000;

  /** shmget: of huge pages; their size may be coded as in {@link MapFlags}. */
  public static final int SHM_HUGETLB = 04000;

  /** shmget: not charged while vm.overcommit_memory is not 2. */
  public static final int SHM_NORESERVE = 010000;

  private static final int NEVER_OVERCOMMIT = 2;

  private final Kernel kernel;
  private final SharedSegments segments;

  /** Segments of {@code kernel}. */
  public SegmentOperation(Kernel kernel, SharedSegments segments) {
    this.kernel = kernel;
    this.segments = segments;
  }

  /**
   * shmget(2). The commit charge is that of the whole segment and goes with it.
   *
   * @param key names it among all processes, or IPC_PRIVATE
   * @param size bytes; of an existing segment at most its size
   * @return its id
   * @throws ErrnoException EINVAL for a size of 0, too large, or above an existing segment's;
   *     ENOENT without IPC_CREAT; EEXIST with IPC_EXCL; ENOMEM over the commit charge, or with
   *     SHM_HUGETLB without so many huge pages; EINVAL for a size of huge pages that the machine
   *     does not have; ENOSPC for too many segments, or without an inode
   */
  public int get(int key, long size, int flags) throws ErrnoException {
    synchronized (segments) {
      SharedSegment known = key == IPC_PRIVATE ? null : segments.named(key);
      if (known != null) {
        if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL)) {
          throw Errno.EEXIST.failure();
        }
        if (Long.compareUnsigned(size, known.size()) > 0) {
          throw Errno.EINVAL.failure();
        }
        return known.id();
      }
      if (key != IPC_PRIVATE && (flags & IPC_CREAT) == 0) {
        throw Errno.ENOENT.failure();
      }
      return create(key, size, flags);
    }
  }

  private int create(int key, long size, int flags) throws ErrnoException {
    if (size <= 0) {
      throw Errno.EINVAL.failure();
    }
    boolean noReserve = (flags & SHM_NORESERVE) != 0;
    boolean charges = !noReserve || kernel.config().overcommitMode() == NEVER_OVERCOMMIT;
    String name = SharedSegment.nameOf(key);
    OpenFile file =
        (flags & SHM_HUGETLB) == 0
            ? segments.backing().shmem(name, size, !charges)
            : huge(name, size, flags, noReserve);
    boolean made = false;
    try {
      SharedSegment segment = segments.create(key, size, file);
      made = true;
      return segment.id();
    } finally {
      if (!made) {
        file.put();
      }
    }
  }

  /** Its size is rounded up to whole huge pages, which are not charged, whatever the mode is. */
  private OpenFile huge(String name, long size, int flags, boolean noReserve)
      throws ErrnoException {
    long pageSize = kernel.config().hugePageSize(flags);
    if (pageSize < 0) {
      throw Errno.EINVAL.failure();
    }
    long bytes = size + pageSize - 1 & -pageSize;
    if (bytes < 0) {
      throw Errno.ENOMEM.failure();
    }
    return segments.backing().hugetlbSegment(name, pageSize, bytes, noReserve);
  }

  /**
   * The segment with this id, for IPC_STAT.
   *
   * @throws ErrnoException EINVAL if there is none
   */
  public SharedSegment find(int id) throws ErrnoException {
    SharedSegment segment = id < 0 ? null : segments.find(id);
    if (segment == null) {
      throw Errno.EINVAL.failure();
    }
    return segment;
  }

  /**
   * shmctl(IPC_RMID): its key finds it no more, and it ends with its last attachment.
   *
   * @throws ErrnoException EINVAL if there is none
   */
  public void remove(int id) throws ErrnoException {
    find(id).remove();
  }
}
