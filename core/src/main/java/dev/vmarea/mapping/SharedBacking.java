// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.OpenFile;

/**
 * Makes the internal files that stand behind shared anonymous memory and segments of System V
 * shared memory. The mapping calls know no file system, so the machine supplies them.
 */
public interface SharedBacking {
  /**
   * A file of tmpfs without a name in any directory, shown as {@code name (deleted)}. Its pages go
   * with its last reference, and so does the charge of all of them, unless {@code noReserve}.
   *
   * @param name absolute
   * @param bytes size
   * @throws ErrnoException ENOMEM if the commit charge is refused, ENOSPC without an inode
   */
  OpenFile shmem(String name, long bytes, boolean noReserve) throws ErrnoException;

  /** The same for shared anonymous memory, named "/dev/zero". */
  default OpenFile shmemZero(long bytes, boolean noReserve) throws ErrnoException {
    return shmem("/dev/zero", bytes, noReserve);
  }

  /**
   * A file of huge pages for MAP_ANONYMOUS | MAP_HUGETLB.
   *
   * @param hugePageSize bytes
   * @param bytes size, a multiple of it
   * @throws ErrnoException ENOMEM without pages of that size
   */
  OpenFile hugetlbFile(long hugePageSize, long bytes) throws ErrnoException;

  /**
   * A file of huge pages for a segment of shared memory, which has all its pages reserved so that
   * whoever attaches it reserves nothing.
   *
   * @param name absolute
   * @param hugePageSize bytes
   * @param bytes size, a multiple of it
   * @param noReserve whether nothing is reserved
   * @throws ErrnoException ENOMEM without so many pages
   */
  OpenFile hugetlbSegment(String name, long hugePageSize, long bytes, boolean noReserve)
      throws ErrnoException;
}
