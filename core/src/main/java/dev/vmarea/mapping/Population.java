// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.PageFault;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;

/**
 * Faulting a range in advance, as far as the shape of an address space shows it: writable private
 * memory gets its anonymous identity (mm-semantics 4.1).
 */
final class Population {
  private Population() {}

  /** What MAP_POPULATE and MAP_LOCKED do: every VMA is tried, errors do not matter. */
  static void populateIgnoringErrors(Mm mm, long start, long end) {
    populate(mm, start, end, true);
  }

  /**
   * Populates what is mapped of [start, end), bytes, page aligned, until a page cannot be had.
   *
   * @return whether every page could be had: not at memory without access or beyond the file's end
   */
  static boolean populateAll(Mm mm, long start, long end) {
    return populate(mm, start, end, false);
  }

  private static boolean populate(Mm mm, long start, long end, boolean ignoreErrors) {
    boolean complete = true;
    for (Vma vma = mm.tree().find(start);
        vma != null && vma.start() < end;
        vma = mm.tree().find(vma.end())) {
      if (vma.hasAny(VmFlags.IO | VmFlags.PFNMAP | VmFlags.LOCKONFAULT)) {
        continue;
      }
      boolean reachable = vma.isAccessible() && !isSecret(vma);
      if (reachable && vma.has(VmFlags.HUGETLB)) {
        boolean write = (vma.flags() & (VmFlags.WRITE | VmFlags.SHARED)) == VmFlags.WRITE;
        reachable = takeHugePages(mm, vma, start, end, write);
      } else if (reachable) {
        mm.anonAssigner().populate(vma);
        copyFilePages(mm, vma, Math.max(vma.start(), start), Math.min(vma.end(), end));
        reachable = Math.min(vma.end(), end) <= endOfFile(vma);
      }
      if (!reachable) {
        complete = false;
        if (!ignoreErrors) {
          break;
        }
      }
    }
    return complete;
  }

  /**
   * What MADV_POPULATE_READ and MADV_POPULATE_WRITE do: pages before the one that fails stay.
   *
   * @throws ErrnoException ENOMEM at a hole, EINVAL at memory without the permission or that cannot
   *     be faulted in for others, EFAULT beyond the file's end
   */
  static void faultIn(Mm mm, long start, long end, boolean write) throws ErrnoException {
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
      if (vma.has(VmFlags.HUGETLB) && !takeHugePages(mm, vma, at, end, write)) {
        throw Errno.EFAULT.failure();
      }
      if (write && !vma.has(VmFlags.SHARED)) {
        vma = mm.anonAssigner().populate(vma);
        copyFilePages(mm, vma, at, Math.min(vma.end(), end));
      }
      long pieceEnd = Long.compareUnsigned(vma.end(), end) < 0 ? vma.end() : end;
      if (pieceEnd > endOfFile(vma)) {
        throw Errno.EFAULT.failure();
      }
      at = pieceEnd;
    }
  }

  /** Faults in what lies in [start, end): whether every page was there or could be had. */
  private static boolean takeHugePages(Mm mm, Vma vma, long start, long end, boolean write) {
    HugetlbMapping mapping = HugetlbMapping.of(vma);
    if (mapping == null || !mapping.populates()) {
      return true;
    }
    long at = Math.max(vma.start(), start & -mapping.pageSize());
    for (; at < Math.min(vma.end(), end); at += mapping.pageSize()) {
      try {
        new PageFault(mm, Task.unprivileged(), at, write ? Access.WRITE : Access.READ).handle();
      } catch (MemoryFault none) {
        return false;
      }
    }
    return true;
  }

  /**
   * Writable private pages of a file become copies now, with what the file holds now. What else
   * populating puts into page tables shows no difference: it comes by faults.
   */
  private static void copyFilePages(Mm mm, Vma vma, long start, long end) {
    boolean copies =
        mm.pageTablesIfAny() != null
            && vma.file() != null
            && !vma.isAnonymous()
            && (vma.flags() & (VmFlags.WRITE | VmFlags.SHARED)) == VmFlags.WRITE;
    if (!copies) {
      return;
    }
    for (long at = start; at < Math.min(end, endOfFile(vma)); at += Pages.SIZE) {
      try {
        new PageFault(mm, Task.unprivileged(), at, Access.WRITE).handle();
      } catch (MemoryFault none) {
        return;
      }
    }
  }

  private static boolean isSecret(Vma vma) {
    return vma.ops() != null && vma.ops().isSecret();
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
