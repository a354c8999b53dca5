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
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.StackGrowth;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * An access that found no entry, or one that does not allow it (mm-semantics 7): finds the VMA,
 * asks whether it allows the access, and makes an entry that does. Under the address space's lock.
 */
public final class PageFault {
  private static final long WRITABLE = PageProtection.WRITE | PageProtection.DIRTY;

  private final Mm mm;
  private final Task task;
  private final long address;
  private final Access access;

  /** An access to {@code address} (bytes). */
  public PageFault(Mm mm, Task task, long address, Access access) {
    this.mm = mm;
    this.task = task;
    this.address = address;
    this.access = access;
  }

  /**
   * Makes the access possible.
   *
   * @throws MemoryFault if it is not
   */
  public void handle() {
    if (Long.compareUnsigned(address, mm.config().taskSize()) >= 0) {
      boolean canonical = address >>> 47 == 0 || address >>> 47 == 0x1ffff;
      throw fault(canonical ? MemoryFault.Cause.MAPERR : MemoryFault.Cause.NOT_CANONICAL);
    }
    Vma vma = findVma();
    if (!isAllowed(vma)) {
      throw fault(MemoryFault.Cause.ACCERR);
    }
    try {
      HugetlbMapping mapping = HugetlbMapping.of(vma);
      if (mapping != null) {
        new HugetlbFault(mm, vma, mapping, address).handle(access == Access.WRITE);
        return;
      }
      long entry = mm.pageTables().entry(page());
      if (entry == 0) {
        makeEntry(vma);
      } else if (access == Access.WRITE && (entry & PageProtection.WRITE) == 0) {
        makeWritable(vma, entry);
      }
    } catch (ErrnoException failed) {
      throw fault(
          failed.errno() == Errno.ENOMEM ? MemoryFault.Cause.OUT_OF_MEMORY : MemoryFault.Cause.BUS);
    }
  }

  private MemoryFault fault(MemoryFault.Cause cause) {
    return new MemoryFault(cause, address);
  }

  private long page() {
    return Pages.floor(address);
  }

  private Vma findVma() {
    Vma vma = mm.tree().lookup(address);
    if (vma != null) {
      return vma;
    }
    try {
      return new StackGrowth(mm, task).growTo(address);
    } catch (ErrnoException refused) {
      throw fault(MemoryFault.Cause.MAPERR);
    }
  }

  /** What can be written or executed can be read by the hardware, too. */
  private boolean isAllowed(Vma vma) {
    return switch (access) {
      case READ -> vma.isAccessible();
      case WRITE -> vma.has(VmFlags.WRITE);
      case EXECUTE -> vma.has(VmFlags.EXEC);
    };
  }

  private void makeEntry(Vma vma) throws ErrnoException {
    if (vma.isAnonymous()) {
      makeAnonymous(vma);
      return;
    }
    OpenFile file = vma.file();
    if (file != null
        && file.inode().type() == Inode.Type.REGULAR
        && !vma.hasAny(VmFlags.PFNMAP | VmFlags.MIXEDMAP)) {
      makeFromFile(vma, file);
      return;
    }
    switch (new DriverFault(mm, task, vma, address, access == Access.WRITE).handle()) {
      case NO_PAGE -> {}
      case OOM -> throw Errno.ENOMEM.failure();
      case SIGBUS, FALLBACK -> throw Errno.EFAULT.failure();
    }
  }

  private void makeAnonymous(Vma vma) throws ErrnoException {
    if (vma.has(VmFlags.SHARED)) {
      throw Errno.EFAULT.failure(); // a file mapping that lost its callbacks
    }
    if (HugeAnonymousFault.isAllowed(mm, vma)
        && new HugeAnonymousFault(mm, vma, address).make(access == Access.WRITE)) {
      return;
    }
    PhysicalMemory memory = mm.kernel().memory();
    PageProtection protection = mm.protection(vma);
    if (access != Access.WRITE) {
      mm.pageTables().map(page(), memory.zeroPage().pfn(), protection, true);
      return;
    }
    mm.anonAssigner().ensure(vma);
    mapNew(memory.allocatePage(KernelPage.Kind.ANONYMOUS), writable(protection));
  }

  private static PageProtection writable(PageProtection protection) {
    return new PageProtection(protection.bits() | WRITABLE);
  }

  /** The page's only reference becomes the entry's. */
  private void mapNew(KernelPage page, PageProtection protection) throws ErrnoException {
    boolean mapped = false;
    try {
      mm.pageTables().map(page(), page.pfn(), protection, false);
      mapped = true;
    } finally {
      if (!mapped) {
        page.put();
      }
    }
  }

  private void makeFromFile(Vma vma, OpenFile file) throws ErrnoException {
    PhysicalMemory memory = mm.kernel().memory();
    Inode inode = file.inode();
    long index = vma.pgoffAt(page());
    boolean copies = access == Access.WRITE && !vma.has(VmFlags.SHARED);
    if (copies) {
      mm.anonAssigner().ensure(vma); // before the page is looked for, also if there is none
    }
    if (Long.compareUnsigned(index, Pages.count(Pages.ceil(Math.max(0, inode.size())))) >= 0) {
      throw Errno.EFAULT.failure();
    }
    KernelPage page = new KernelPage(memory, inode.pageCache().get(memory, index));
    PageProtection protection = mm.protection(vma);
    if (copies) {
      try {
        KernelPage copy = memory.allocatePage(KernelPage.Kind.ANONYMOUS);
        copy.contents().copyFrom(page.contents());
        mapNew(copy, writable(protection));
      } finally {
        page.put();
      }
      return;
    }
    // A shared page starts read-only, so that its first write is seen.
    long bits = protection.bits() & ~PageProtection.WRITE;
    mapNew(page, new PageProtection(access == Access.WRITE ? bits | WRITABLE : bits));
  }

  private void makeWritable(Vma vma, long present) throws ErrnoException {
    long entry = present;
    if (EntryFormat.isTransparent(entry)) {
      if (new HugeAnonymousFault(mm, vma, address).makeWritable(entry)) {
        return;
      }
      entry = mm.pageTables().entry(page());
    }
    PageTables tables = mm.pageTables();
    if (!VmFlags.isCow(vma.flags())) {
      tables.grant(page(), WRITABLE);
      return;
    }
    PhysicalMemory memory = mm.kernel().memory();
    KernelPage old = oldPage(entry);
    mm.anonAssigner().ensure(vma);
    boolean ours =
        old != null
            && !EntryFormat.isSpecial(entry)
            && old.kind() == KernelPage.Kind.ANONYMOUS
            && old.references() == 1;
    if (ours) {
      tables.grant(page(), WRITABLE);
      return;
    }
    KernelPage copy = memory.allocatePage(KernelPage.Kind.ANONYMOUS);
    if (old == null) {
      copy.put();
      throw Errno.EFAULT.failure(); // a bare frame without contents
    }
    if (old.kind() != KernelPage.Kind.ZERO) {
      copy.contents().copyFrom(old.contents());
    }
    tables.replace(page(), copy.pfn(), writable(mm.protection(vma)), false);
    if (!EntryFormat.isSpecial(entry)) {
      old.put();
    }
  }

  private @Nullable KernelPage oldPage(long entry) {
    return mm.kernel().memory().page(mm.pageTables().format().pfn(0, entry));
  }
}
