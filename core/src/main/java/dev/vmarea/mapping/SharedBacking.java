// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.OpenFile;

/**
 * Makes the internal files that stand behind shared anonymous memory. The core knows no file
 * system, so the machine supplies them.
 */
public interface SharedBacking {
  /**
   * A file named "/dev/zero" for shared anonymous memory, charged as a whole unless {@code
   * noReserve}.
   *
   * @param bytes size, page aligned
   * @throws ErrnoException ENOMEM if the commit charge is refused, ENOSPC without an inode
   */
  OpenFile shmemZero(long bytes, boolean noReserve) throws ErrnoException;

  /**
   * A file of huge pages for MAP_ANONYMOUS | MAP_HUGETLB.
   *
   * @param hugePageSize bytes
   * @param bytes size, a multiple of it
   * @throws ErrnoException ENOMEM without pages of that size
   */
  OpenFile hugetlbFile(long hugePageSize, long bytes) throws ErrnoException;
}
