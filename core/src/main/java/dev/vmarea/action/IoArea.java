// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;

/**
 * The part of a device's memory that a mapping shows: from its page offset on (mm-semantics 3.7,
 * simple I/O remap; the old {@code vm_iomap_memory} computes the same).
 */
final class IoArea {
  private IoArea() {}

  /**
   * Its first page frame.
   *
   * @param physical first byte of the memory, which need not begin a page
   * @param size its bytes
   * @param pgoff the mapping's offset, in pages
   * @param wanted the mapping's length, in pages
   * @throws ErrnoException EINVAL if the memory wraps, or ends before the mapping does
   */
  static long firstPfn(long physical, long size, long pgoff, long wanted) throws ErrnoException {
    if (Long.compareUnsigned(physical + size, physical) < 0) {
      throw Errno.EINVAL.failure();
    }
    long bytes = size + (physical & Pages.OFFSET_MASK);
    long pfn = Pages.count(physical);
    long pages = Pages.count(Pages.ceil(bytes));
    boolean wraps = Long.compareUnsigned(pfn + pages, pfn) < 0;
    if (wraps || Long.compareUnsigned(pgoff, pages) > 0) {
      throw Errno.EINVAL.failure();
    }
    if (Long.compareUnsigned(wanted, pages - pgoff) > 0) {
      throw Errno.EINVAL.failure();
    }
    return pfn + pgoff;
  }
}
