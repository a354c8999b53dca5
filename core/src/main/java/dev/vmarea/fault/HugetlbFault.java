// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.HugeEntries;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.Vma;

/**
 * A fault in memory of hugetlb: takes a whole huge page of the pool, by one entry. There is no page
 * of zeroes: a read takes a page, too. Under the address space's lock.
 *
 * <p>Who mapped private memory has its pages reserved, a child has not. If the owner writes to a
 * page that a child has, too, and no page is left for the copy, the child loses its page: its next
 * touch of memory without a page there is SIGBUS.
 */
final class HugetlbFault {
  private static final long WRITABLE =
      PageProtection.WRITE | PageProtection.ACCESSED | PageProtection.DIRTY;

  private final Mm mm;
  private final HugetlbMapping mapping;
  private final PhysicalMemory memory;
  private final PageTables tables;
  private final HugeEntries entries;
  private final int level;

  /** First byte of the huge page. */
  private final long address;

  private final long index;
  private Vma vma;

  /** A fault at {@code address} (bytes) of {@code vma}, which is one of {@code mapping}. */
  HugetlbFault(Mm mm, Vma vma, HugetlbMapping mapping, long address) {
    this.mm = mm;
    this.vma = vma;
    this.mapping = mapping;
    this.memory = mm.kernel().memory();
    this.tables = mm.pageTables();
    this.entries = tables.huge();
    this.level = entries.level(mapping.pageSize());
    this.address = address & -mapping.pageSize();
    this.index = mapping.index(this.address);
  }

  /**
   * Makes an entry that allows the access.
   *
   * @throws ErrnoException EFAULT for SIGBUS: beyond the end of the file, or no page left; ENOMEM
   *     without a table
   */
  void handle(boolean write) throws ErrnoException {
    if (level < 0) {
      throw Errno.EFAULT.failure(); // the processor has no such pages
    }
    if (tables.entry(address) == 0) {
      make(write);
    }
    long entry = tables.entry(address);
    if (write && (entry & PageProtection.WRITE) == 0) {
      makeWritable(entry);
    }
  }

  private void make(boolean write) throws ErrnoException {
    entries.makeTable(level, address);
    if (mapping.isRobbed()) {
      throw Errno.EFAULT.failure();
    }
    boolean shared = vma.has(VmFlags.MAYSHARE);
    long pfn = shared ? mapping.pages().findOrAdd(index) : mapping.pages().find(index);
    PageProtection protection = mm.protection(vma);
    if (pfn < 0) {
      vma = mm.anonAssigner().ensure(vma);
      pfn = allocate(false);
      protection = write ? writable(protection) : protection;
    }
    entries.map(level, address, pfn, protection);
  }

  private long allocate(boolean copiedByOwner) throws ErrnoException {
    long pfn = mapping.allocate(index, copiedByOwner);
    if (pfn < 0) {
      throw Errno.EFAULT.failure();
    }
    return pfn;
  }

  private static PageProtection writable(PageProtection protection) {
    return new PageProtection(protection.bits() | WRITABLE);
  }

  private void makeWritable(long entry) throws ErrnoException {
    long old = tables.format().pfn(level, entry);
    if (vma.has(VmFlags.MAYSHARE) || isOurs(old)) {
      entries.grant(level, address, WRITABLE);
      return;
    }
    boolean fromChild = mapping.isOwner() && isPrivate(old);
    long pfn = mapping.allocate(index, fromChild);
    if (pfn < 0 && fromChild) {
      mapping.takeFromChildren(address, old);
      if (isOurs(old)) {
        entries.grant(level, address, WRITABLE);
        return;
      }
    }
    if (pfn < 0) {
      throw Errno.EFAULT.failure();
    }
    // Not before there is a copy: a fork does not copy entries of an area without identity.
    vma = mm.anonAssigner().ensure(vma);
    for (long i = 0; i < Pages.count(mapping.pageSize()); i++) {
      new KernelPage(memory, pfn + i)
          .contents()
          .copyFrom(new KernelPage(memory, old + i).contents());
    }
    entries.replace(level, address, pfn, writable(mm.protection(vma)));
    memory.put(old);
  }

  /** Whether nobody else has this private page. */
  private boolean isOurs(long pfn) {
    return isPrivate(pfn) && new KernelPage(memory, pfn).references() == 1;
  }

  /** Not the file's; a page that it has just lost to a hole was the file's, too. */
  private boolean isPrivate(long pfn) {
    return new KernelPage(memory, pfn).kind() == KernelPage.Kind.HUGETLB_ANONYMOUS;
  }
}
