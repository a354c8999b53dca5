// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.fault;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.ThpPolicy;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.HugeEntries;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.Vma;

/**
 * A fault in anonymous memory that a transparent huge page may answer: where policy and advice
 * allow one, the aligned 2 MiB lie in the VMA, and nothing, not even an empty table, is there.
 * Where none can be had small pages do. Under the address space's lock.
 */
final class HugeAnonymousFault {
  private static final long SIZE = KernelConfig.THP_SIZE;
  private static final long WRITABLE =
      PageProtection.WRITE | PageProtection.ACCESSED | PageProtection.DIRTY;

  private final Mm mm;
  private final Vma vma;
  private final PhysicalMemory memory;
  private final HugeEntries entries;

  /** First byte of the huge page. */
  private final long address;

  /** A fault at {@code address} (bytes) of {@code vma}, which is anonymous. */
  HugeAnonymousFault(Mm mm, Vma vma, long address) {
    this.mm = mm;
    this.vma = vma;
    this.memory = mm.kernel().memory();
    this.entries = mm.pageTables().huge();
    this.address = address & -SIZE;
  }

  /** Whether policy and advice let {@code vma} have huge pages. */
  static boolean isAllowed(Mm mm, Vma vma) {
    ThpPolicy.When when = mm.kernel().thp().when();
    if (when == ThpPolicy.When.NEVER || vma.has(VmFlags.NOHUGEPAGE) || !mm.config().thp()) {
      return false;
    }
    boolean advised = vma.has(VmFlags.HUGEPAGE);
    return (advised || when == ThpPolicy.When.ALWAYS) && mm.allowsThp(advised);
  }

  /** Whether a huge page fits around the address, and neither an entry nor a table is there. */
  boolean hasRoom() {
    return address >= vma.start()
        && address + SIZE <= vma.end()
        && entries.level(SIZE) == 1
        && entries.isFree(1, address);
  }

  /**
   * Answers a fault where nothing is mapped and there is {@link #hasRoom}, faults beside it kept
   * out.
   *
   * @return whether a huge page was mapped; if not, a small one will do
   * @throws ErrnoException ENOMEM without a table
   */
  boolean make(boolean write) throws ErrnoException {
    Vma faulted = mm.anonAssigner().ensure(vma); // by a read, too
    PageProtection protection = mm.protection(faulted);
    boolean zeroes = !write && mm.kernel().thp().zeroPage();
    long pfn;
    try {
      pfn = zeroes ? memory.hugeZeroPage(Pages.count(SIZE)) : allocate();
    } catch (ErrnoException fragmented) {
      return false;
    }
    boolean mapped = false;
    try {
      boolean writable = !zeroes && faulted.has(VmFlags.WRITE);
      entries.mapTransparent(address, pfn, writable ? writable(protection) : protection, zeroes);
      mapped = true;
    } finally {
      if (!mapped && !zeroes) {
        memory.putEntry(pfn, Pages.count(SIZE));
      }
    }
    return true;
  }

  private long allocate() throws ErrnoException {
    return memory.allocateHuge(Pages.count(SIZE), KernelPage.Kind.ANONYMOUS);
  }

  private static PageProtection writable(PageProtection protection) {
    return new PageProtection(protection.bits() | WRITABLE);
  }

  /**
   * Answers a write to a transparent huge page that is mapped read-only.
   *
   * @param entry the huge entry
   * @return whether it can be written now; if not, the entry was cut up and a small page will do
   */
  boolean makeWritable(long entry) {
    long pfn = mm.pageTables().format().pfn(1, entry);
    if (EntryFormat.isSpecial(entry)) {
      try {
        entries.replaceZeroes(address, allocate(), writable(mm.protection(vma)));
        return true;
      } catch (ErrnoException fragmented) {
        entries.split(address);
        return false;
      }
    }
    if (isOurs(pfn)) {
      entries.grant(1, address, WRITABLE);
      return true;
    }
    entries.split(address);
    return false;
  }

  /** Whether nobody else has any of these private pages. */
  private boolean isOurs(long pfn) {
    for (long at = pfn; at < pfn + Pages.count(SIZE); at++) {
      KernelPage page = new KernelPage(memory, at);
      if (!page.isExclusive() || page.kind() != KernelPage.Kind.ANONYMOUS) {
        return false;
      }
    }
    return true;
  }
}
