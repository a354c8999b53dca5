// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * MADV_COLLAPSE: makes a transparent huge page of the small pages of each aligned 2 MiB, whatever
 * the policy (mm-semantics 5.4). Pages shared with others are copied, too. Files are left as they
 * are. Under the address space's lock.
 */
final class CollapseOperation {
  private static final long SIZE = KernelConfig.THP_SIZE;
  private static final long WRITABLE = PageProtection.WRITE | PageProtection.DIRTY;

  private final Mm mm;
  private final PhysicalMemory memory;

  CollapseOperation(Mm mm) {
    this.mm = mm;
    this.memory = mm.kernel().memory();
  }

  /**
   * Collapses what lies in [start, end) of {@code vma}.
   *
   * @throws ErrnoException EINVAL for memory that cannot hold a huge page or where nothing was
   *     touched, at the end if others could be collapsed; ENOMEM without a huge page, at once
   */
  void collapse(Vma vma, long start, long end) throws ErrnoException {
    boolean never = vma.hasAny(VmFlags.SPECIAL | VmFlags.HUGETLB | VmFlags.NOHUGEPAGE);
    boolean vmaTooSmall = vma.start() + SIZE - 1 >= (vma.end() & -SIZE);
    long first = (start + SIZE - 1) & -SIZE;
    long last = end & -SIZE;
    PageTables tables = mm.pageTablesIfAny();
    if (never || vmaTooSmall || first > last || !mm.allowsThp(true)) {
      throw Errno.EINVAL.failure();
    }
    if (tables == null || !vma.isAnonymous()) {
      return; // contents are not kept, or the file system's business
    }
    if (vma.anon() == null) {
      throw Errno.EINVAL.failure();
    }
    boolean all = true;
    for (long at = first; at < last; at += SIZE) {
      all &= collapse(tables, vma, at);
    }
    if (!all) {
      throw Errno.EINVAL.failure();
    }
  }

  /** Whether there is a huge page now; false if nothing was ever mapped there. */
  private boolean collapse(PageTables tables, Vma vma, long address) throws ErrnoException {
    if (tables.entryLevel(address) > 0) {
      return true;
    }
    if (tables.huge().isFree(1, address)) {
      return false;
    }
    @Nullable KernelPage[] pages = take(tables, address);
    long pfn;
    try {
      pfn = memory.allocateHuge(Pages.count(SIZE), KernelPage.Kind.ANONYMOUS);
    } catch (ErrnoException fragmented) {
      put(pages);
      throw fragmented;
    }
    tables.zap(address, address + SIZE, memory); // from here on nobody can store
    for (int i = 0; i < pages.length; i++) {
      KernelPage page = pages[i];
      if (page != null) {
        new KernelPage(memory, pfn + i).contents().copyFrom(page.contents());
      }
    }
    put(pages);
    PageProtection protection = mm.protection(vma);
    tables
        .huge()
        .collapse(
            address,
            pfn,
            vma.has(VmFlags.WRITE) ? new PageProtection(protection.bits() | WRITABLE) : protection);
    return true;
  }

  /** The private pages that are mapped, each with a reference for us. */
  private @Nullable KernelPage[] take(PageTables tables, long address) throws ErrnoException {
    @Nullable KernelPage[] pages = new @Nullable KernelPage[(int) Pages.count(SIZE)];
    boolean[] unsuitable = {false};
    tables.walk(
        address,
        address + SIZE,
        (at, level, entry) -> {
          unsuitable[0] |= !new PageProtection(entry).isMapping();
          KernelPage page =
              EntryFormat.isSpecial(entry) ? null : memory.page(tables.format().pfn(0, entry));
          if (page != null) {
            page.get();
            pages[(int) Pages.count(at - address)] = page;
          }
        });
    if (unsuitable[0]) {
      put(pages);
      throw Errno.EINVAL.failure();
    }
    return pages;
  }

  private static void put(@Nullable KernelPage[] pages) {
    for (KernelPage page : pages) {
      if (page != null) {
        page.put();
      }
    }
  }
}
