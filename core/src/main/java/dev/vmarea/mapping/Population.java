// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.PageFault;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Faulting a range in advance (mm-semantics 5.4, 5.6). Writable private memory is written to, other
 * memory is read; what cannot be had, at a guard marker or behind a file's end, ends it.
 *
 * <p>On a machine that keeps only shapes ({@link dev.vmarea.space.Kernel#isFilling}) no page comes:
 * writable private memory gets its anonymous identity, and pages are taken to be there unless a
 * guard marker or the known size of a file says otherwise. Memory of a file of unknown size is
 * treated so everywhere, and what an imported address space has of the kernel's own.
 */
final class Population {
  private final Mm mm;
  private final Task task;

  /** Populates memory of {@code mm} on behalf of {@code task}. */
  Population(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
  }

  /**
   * What MAP_POPULATE, MAP_LOCKED and mlockall do: every VMA is tried, up to the first page of it
   * that cannot be had; errors do not matter.
   */
  void populateIgnoringErrors(long start, long end) {
    populate(start, end, true);
  }

  /**
   * Populates what is mapped of [start, end), bytes, page aligned, until a page cannot be had.
   *
   * @return null, or why not every page could be had: EFAULT at memory without access, at a guard
   *     marker or behind a file's end; ENOMEM if memory has run out
   */
  @Nullable Errno populateAll(long start, long end) {
    return populate(start, end, false);
  }

  private @Nullable Errno populate(long start, long end, boolean ignoreErrors) {
    for (Vma vma = mm.tree().find(start);
        vma != null && vma.start() < end;
        vma = mm.tree().find(vma.end())) {
      if (vma.hasAny(VmFlags.IO | VmFlags.PFNMAP | VmFlags.LOCKONFAULT)) {
        continue;
      }
      long from = Math.max(vma.start(), start);
      long to = Math.min(vma.end(), end);
      boolean write = (vma.flags() & (VmFlags.WRITE | VmFlags.SHARED)) == VmFlags.WRITE;
      Errno failed =
          vma.isAccessible() && !isSecret(vma) ? piece(vma, from, to, write) : Errno.EFAULT;
      if (failed != null && !ignoreErrors) {
        return failed;
      }
    }
    return null;
  }

  /**
   * What MADV_POPULATE_READ and MADV_POPULATE_WRITE do: pages before the one that fails stay.
   *
   * @throws ErrnoException ENOMEM at a hole or if memory has run out, EINVAL at memory without the
   *     permission or that cannot be faulted in for others, EFAULT at a guard marker or behind the
   *     file's end
   */
  void faultIn(long start, long end, boolean write) throws ErrnoException {
    long needed = write ? VmFlags.WRITE : VmFlags.READ;
    long at = start;
    while (at != end) {
      Vma vma = at < 0 ? null : mm.tree().lookup(at);
      if (vma == null) {
        throw Errno.ENOMEM.failure();
      }
      if (vma.hasAny(VmFlags.IO | VmFlags.PFNMAP) || !vma.hasAny(needed) || isSecret(vma)) {
        throw Errno.EINVAL.failure();
      }
      long pieceEnd = Long.compareUnsigned(vma.end(), end) < 0 ? vma.end() : end;
      Errno failed = piece(vma, at, pieceEnd, write);
      if (failed != null) {
        throw failed.failure();
      }
      at = pieceEnd;
    }
  }

  private @Nullable Errno piece(Vma vma, long start, long end, boolean write) {
    Access access = write ? Access.WRITE : Access.READ;
    HugetlbMapping mapping = HugetlbMapping.of(vma);
    if (mapping != null && mapping.populates()) {
      return fillHuge(mapping.pageSize(), start, end, access);
    }
    return mm.kernel().isFilling() && hasPages(vma)
        ? fill(start, end, access, vma.has(VmFlags.LOCKED))
        : shape(vma, start, end, write);
  }

  private @Nullable Errno fillHuge(long size, long start, long end, Access access) {
    for (long at = start & -size; at < end; at += size) {
      try {
        new PageFault(mm, task, at, access).handle();
      } catch (MemoryFault fault) {
        return Errno.EFAULT;
      }
    }
    return null;
  }

  private @Nullable Errno fill(long start, long end, Access access, boolean locked) {
    for (long at = start; at < end; at += Pages.SIZE) {
      try {
        new PageFault(mm, task, at, access).faultIn();
        touched(at, access == Access.WRITE, locked);
      } catch (MemoryFault fault) {
        return fault.reason() == MemoryFault.Cause.OUT_OF_MEMORY ? Errno.ENOMEM : Errno.EFAULT;
      }
    }
    return null;
  }

  /**
   * The kernel looks the page up, and that counts as a use of the page itself, not of the entry;
   * but one that cannot be evicted never becomes active.
   */
  private void touched(long address, boolean write, boolean locked) {
    PageTables tables = mm.pageTables();
    long entry = tables.entry(address);
    if (tables.entryLevel(address) != 0) {
      return;
    }
    KernelPage page = mm.kernel().memory().page(tables.format().pfn(0, entry));
    if (page == null) {
      return;
    }
    boolean known = (entry & PageProtection.DIRTY) != 0 && page.kind() != KernelPage.Kind.FILE;
    if (write && !known) {
      page.mark(KernelPage.Mark.DIRTY);
    }
    if (locked) {
      page.mark(KernelPage.Mark.REFERENCED);
    } else {
      page.used();
    }
  }

  private @Nullable Errno shape(Vma vma, long start, long end, boolean write) {
    PageTables tables = mm.pageTablesIfAny();
    long guard = tables == null ? -1 : tables.firstGuard(start, end);
    if (write && guard != start) {
      mm.anonAssigner().populate(vma);
    }
    return guard >= 0 || end > endOfFile(vma) ? Errno.EFAULT : null;
  }

  private static boolean isSecret(Vma vma) {
    return vma.ops() != null && vma.ops().isSecret();
  }

  /**
   * Whether pages can be had: not of files of unknown size, not of odd files whose contents are not
   * modelled (rings of asynchronous I/O), and not of what a kernel maps by itself ([vdso]), as an
   * imported address space has it.
   */
  static boolean hasPages(Vma vma) {
    OpenFile file = vma.file();
    if (file == null || vma.isAnonymous()) {
      return vma.isAnonymous();
    }
    return switch (file.inode().type()) {
      case REGULAR -> file.inode().size() != Inode.UNKNOWN_SIZE;
      case CHARACTER_DEVICE -> true;
      default -> vma.ops() != null && vma.ops().hasFault();
    };
  }

  /** The address behind the last page that the file has, as far as its size is known. */
  static long endOfFile(Vma vma) {
    OpenFile file = vma.file();
    if (file == null
        || vma.isAnonymous()
        || file.inode().type() != Inode.Type.REGULAR
        || file.inode().size() == Inode.UNKNOWN_SIZE) {
      return Long.MAX_VALUE;
    }
    long filePages = Pages.count(Pages.ceil(file.inode().size()));
    return vma.start() + Pages.bytes(Math.max(0, filePages - vma.pgoff()));
  }
}
