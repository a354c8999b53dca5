// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;

/**
 * What a read fault of a file does besides: pages nearby that are in memory are mapped, too
 * (mm-semantics 7). They lie in the aligned range of {@link KernelConfig#faultAroundBytes} around
 * the address, which begins with the VMA if that begins later and then has its full length; no
 * further than the VMA, the file and one leaf table go. Their entries are read-only at first.
 */
final class FaultAround {
  private static final long TABLE = KernelConfig.THP_SIZE; // what a leaf table maps, in bytes

  private final Mm mm;
  private final Vma vma;
  private final Inode inode;

  FaultAround(Mm mm, Vma vma, Inode inode) {
    this.mm = mm;
    this.vma = vma;
    this.inode = inode;
  }

  /**
   * Maps what is in memory around {@code page}, an address without an entry.
   *
   * @return whether {@code page} itself was, and is mapped now
   */
  boolean mapCached(long page) throws ErrnoException {
    long bytes = mm.config().faultAroundBytes();
    if (bytes <= Pages.SIZE || !mapsPages()) {
      return false;
    }
    long first = Math.max(page & -bytes, vma.start());
    long end = Math.min(Math.min(first + bytes, vma.end()), (page & -TABLE) + TABLE);
    long filePages = Pages.count(Pages.ceil(inode.size()));
    end = Math.min(end, vma.start() + Pages.bytes(filePages - vma.pgoff()));
    PageTables tables = mm.pageTables();
    long bits = mm.protection(vma).bits() & ~PageProtection.WRITE;
    PageProtection protection = new PageProtection(bits);
    boolean found = false;
    for (long at = first; at < end; at += Pages.SIZE) {
      if (tables.entry(at) == 0 && map(tables, at, protection)) {
        found |= at == page;
      }
    }
    return found;
  }

  private boolean map(PageTables tables, long at, PageProtection protection) throws ErrnoException {
    long pfn = inode.pageCache().find(mm.kernel().memory(), vma.pgoffAt(at));
    if (pfn < 0) {
      return false;
    }
    boolean mapped = false;
    try {
      mapped = tables.pages().mapIfFree(at, pfn, protection, false);
    } finally {
      if (!mapped) {
        mm.kernel().memory().put(pfn);
      }
    }
    return mapped;
  }

  /** Pages of hugetlbfs, of secret memory and of System V segments come one by one. */
  private boolean mapsPages() {
    OpenFile file = vma.file();
    boolean huge =
        file != null && file.operations() != null && file.operations().hugePageSize() != 0;
    VmOperations ops = vma.ops();
    boolean alone = ops != null && (ops.isSecret() || !ops.mapsAround());
    return !huge && !alone && !vma.hasAny(VmFlags.UFFD_MASK);
  }
}
