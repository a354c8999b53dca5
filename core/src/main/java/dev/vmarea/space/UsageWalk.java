// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.PageProtection;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.EntryVisitor;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;

/**
 * Adds up what the entries of one VMA map, as Linux does for {@code smaps}. Each entry is read
 * once; beside writers the sums are those of no single moment, as on Linux.
 */
public final class UsageWalk implements EntryVisitor {
  private final PageTables tables;
  private final PhysicalMemory memory;
  private final boolean locked;
  private final boolean hugetlb;
  private final boolean ofShmem;
  private long rss;
  private long pss;
  private long pssDirty;
  private long pssAnonymous;
  private long pssFile;
  private long pssShmem;
  private long sharedClean;
  private long sharedDirty;
  private long privateClean;
  private long privateDirty;
  private long referenced;
  private long anonymous;
  private long shmem;
  private long lazyFree;
  private long hugeAnonymous;
  private long hugeShmem;
  private long hugeFile;
  private long sharedHugetlb;
  private long privateHugetlb;

  private UsageWalk(Mm mm, PageTables tables, Vma vma) {
    this.tables = tables;
    this.memory = mm.kernel().memory();
    this.locked = vma.has(VmFlags.LOCKED);
    this.hugetlb = vma.has(VmFlags.HUGETLB);
    OpenFile file = vma.file();
    this.ofShmem = file != null && file.inode().fileSystem().isShmem();
  }

  /** What {@code vma} of {@code mm} has now. */
  public static MemoryUsage of(Mm mm, Vma vma) {
    PageTables tables = mm.pageTablesIfAny();
    if (tables == null) {
      return MemoryUsage.NONE;
    }
    UsageWalk walk = new UsageWalk(mm, tables, vma);
    tables.walk(vma.start(), vma.end(), walk);
    return walk.sum();
  }

  /** What all VMAs of {@code mm} together have now. */
  public static MemoryUsage of(Mm mm) {
    MemoryUsage sum = MemoryUsage.NONE;
    for (Vma vma : mm.tree()) {
      sum = sum.plus(of(mm, vma));
    }
    return sum;
  }

  @Override
  public void visit(long address, int level, long entry) {
    KernelPage page = memory.page(tables.format().pfn(level, entry));
    if (page == null || EntryFormat.isSpecial(entry) || page.kind() == KernelPage.Kind.ZERO) {
      return;
    }
    long size = tables.architecture().entrySize(level);
    int mappings = page.mapCount();
    if (hugetlb) {
      if (mappings > 1) {
        sharedHugetlb += size;
      } else {
        privateHugetlb += size;
      }
      return;
    }
    if (level > 0) {
      countHuge(page, size);
    }
    boolean dirty = (entry & PageProtection.DIRTY) != 0 || page.is(KernelPage.Mark.DIRTY);
    rss += size;
    if ((entry & PageProtection.ACCESSED) != 0 || page.is(KernelPage.Mark.REFERENCED)) {
      referenced += size;
    }
    // Each page of a huge one is divided, and rounded, for itself.
    long pageSize = tables.architecture().entrySize(0);
    for (long done = 0; done < size; done += pageSize) {
      KernelPage part = new KernelPage(memory, page.pfn() + done / pageSize);
      int others = done == 0 ? mappings : part.mapCount();
      long share = (pageSize << MemoryUsage.PSS_SHIFT) / others;
      countKind(page, pageSize, share, dirty);
      countWritten(pageSize, share, others > 1, dirty);
    }
  }

  private void countHuge(KernelPage page, long size) {
    if (page.kind() == KernelPage.Kind.ANONYMOUS) {
      hugeAnonymous += size;
    } else if (ofShmem) {
      hugeShmem += size;
    } else {
      hugeFile += size;
    }
  }

  private void countKind(KernelPage page, long size, long share, boolean dirty) {
    if (page.kind() == KernelPage.Kind.ANONYMOUS) {
      anonymous += size;
      pssAnonymous += share;
      lazyFree += page.is(KernelPage.Mark.LAZY_FREE) && !dirty ? size : 0;
    } else if (ofShmem) {
      shmem += size;
      pssShmem += share;
    } else {
      pssFile += share;
    }
  }

  private void countWritten(long size, long share, boolean shared, boolean dirty) {
    pss += share;
    pssDirty += dirty ? share : 0;
    if (dirty) {
      sharedDirty += shared ? size : 0;
      privateDirty += shared ? 0 : size;
    } else {
      sharedClean += shared ? size : 0;
      privateClean += shared ? 0 : size;
    }
  }

  private MemoryUsage sum() {
    return new MemoryUsage(
        rss,
        new MemoryUsage.Pss(pss, pssDirty, pssAnonymous, pssFile, pssShmem, locked ? pss : 0),
        sharedClean,
        sharedDirty,
        privateClean,
        privateDirty,
        referenced,
        anonymous,
        shmem,
        lazyFree,
        new MemoryUsage.Huge(hugeAnonymous, hugeShmem, hugeFile, sharedHugetlb, privateHugetlb));
  }
}
