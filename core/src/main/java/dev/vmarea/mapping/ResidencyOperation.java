// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.HugeEntries;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * mincore: which pages are in memory. A page is that has an entry in the page tables, or that lies
 * in the page cache of the file; without an entry, and at a guard marker, anonymous memory has
 * none.
 *
 * <p>What is in the page cache is told only to who owns the file or may write to it; others are
 * told that all is there. So it is for memory that the kernel maps itself ([vdso]).
 */
public final class ResidencyOperation {
  /** Pages that Linux reports in one go: the vector is written after each such chunk. */
  private static final long CHUNK = Pages.SIZE;

  private final Mm mm;
  private final Task task;
  private final UserAccess memory;

  /** mincore in {@code mm} on behalf of {@code task}. */
  public ResidencyOperation(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
    this.memory = new UserAccess(mm, task);
  }

  /**
   * mincore(2).
   *
   * @param address bytes, page aligned
   * @param length bytes, rounded up to pages
   * @param vector address that gets one byte a page: 1 or 0
   * @throws ErrnoException EINVAL for an unaligned address; ENOMEM beyond user memory or at a hole,
   *     the vector written up to it; EFAULT if the vector cannot be written
   */
  public void residency(long address, long length, long vector) throws ErrnoException {
    if (!Pages.isAligned(address)) {
      throw Errno.EINVAL.failure();
    }
    if (!memory.isUserRange(address, length)) {
      throw Errno.ENOMEM.failure();
    }
    long pages = Pages.count(Pages.ceil(length));
    if (!memory.isUserRange(vector, pages)) {
      throw Errno.EFAULT.failure();
    }
    byte[] answer = new byte[(int) Math.min(pages, CHUNK)];
    mm.lock().lock();
    try {
      long at = address;
      long to = vector;
      while (pages > 0) {
        Vma vma = mm.tree().lookup(at);
        if (vma == null) {
          throw Errno.ENOMEM.failure();
        }
        int count = (int) Math.min(Math.min(pages, CHUNK), Pages.count(vma.end() - at));
        answer(vma, at, count, answer);
        if (!memory.write(to, answer, count)) {
          throw Errno.EFAULT.failure();
        }
        pages -= count;
        at += Pages.bytes(count);
        to += count;
      }
    } finally {
      mm.lock().unlock();
    }
  }

  private void answer(Vma vma, long start, int count, byte[] answer) {
    PageTables tables = mm.pageTablesIfAny();
    boolean told = isTold(vma, task);
    Inode inode = cached(vma);
    HugetlbMapping huge = HugetlbMapping.of(vma);
    for (int i = 0; i < count; i++) {
      long at = start + Pages.bytes(i);
      boolean present =
          !told
              || tables != null
                  && !vma.has(VmFlags.PFNMAP)
                  && EntryFormat.isMapping(tables.entry(at))
              || huge != null && isCached(huge, tables, at)
              || inode != null && inode.pageCache().contains(vma.pgoffAt(at));
      answer[i] = (byte) (present ? 1 : 0);
    }
  }

  /**
   * Of huge pages the file is asked only where there is not even a table for their entry; an empty
   * entry says that none is there.
   */
  private static boolean isCached(HugetlbMapping huge, @Nullable PageTables tables, long address) {
    HugeEntries entries = tables == null ? null : tables.huge();
    boolean table = entries != null && entries.hasTable(entries.level(huge.pageSize()), address);
    return !table && huge.pages().contains(huge.index(address));
  }

  /** The file whose page cache counts, if it is one of small pages. */
  private static @Nullable Inode cached(Vma vma) {
    OpenFile file = vma.file();
    return file == null || vma.has(VmFlags.HUGETLB) ? null : file.inode();
  }

  /** Whether {@code task} is told which pages of {@code vma} are in memory. */
  static boolean isTold(Vma vma, Task task) {
    if (vma.isAnonymous()) {
      return true;
    }
    OpenFile file = vma.file();
    return file != null && (!file.inode().hidesResidency() || task.capable(Task.CAP_FOWNER));
  }
}
