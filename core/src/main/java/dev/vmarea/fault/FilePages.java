// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.Inode;

/** Pages of files that faults ask for: those that begin before the end of the file. */
final class FilePages {
  private FilePages() {}

  /**
   * The frame of the page {@code index} of a file, with a reference for the caller.
   *
   * @return -1 if it lies behind the end
   * @throws ErrnoException ENOMEM without a frame
   */
  static long find(PhysicalMemory memory, Inode inode, long index) throws ErrnoException {
    long pages = Pages.count(Pages.ceil(Math.max(0, inode.size())));
    return Long.compareUnsigned(index, pages) >= 0 ? -1 : inode.pageCache().get(memory, index);
  }
}
