// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.PageFault;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.trace.evidence.PageTouch;
import dev.vmarea.trace.evidence.PresentPages;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Faults on the pages that the kernel faulted on, so that the model has the pages that the kernel
 * had. Contents are not known, and all zero.
 *
 * <p>Files count as being in memory from their beginning to their end: which of their pages were,
 * when a fault mapped its neighbours, no recording tells.
 */
final class TouchReplay {
  private long touches;
  private long failed;

  /** One fault. */
  void touch(TracedMemory memory, PageTouch touch) {
    touches++;
    Vma vma = memory.space().lookup(touch.address());
    if (vma == null) {
      growTo(memory, touch.address());
      vma = memory.space().lookup(touch.address());
    }
    if (vma == null || !fault(memory, vma, touch.address(), access(memory, vma, touch))) {
      failed++; // a signal there, too, or a page of a device
    }
  }

  /** What a program begins with. */
  void present(TracedMemory memory, PresentPages pages) {
    for (long at = pages.start(); at < pages.end(); at += Pages.SIZE) {
      Vma vma = memory.space().lookup(at);
      if (vma == null) {
        return;
      }
      if (pages.anonymous() || vma.file() == null) {
        place(memory, at);
      } else {
        fault(memory, vma, at, Access.READ);
      }
    }
  }

  /** A private page that execve made, whatever the protection is now. */
  private void place(TracedMemory memory, long page) {
    Mm mm = memory.space().mm();
    mm.lock().lock();
    try {
      new PageFault(mm, memory.space().task(), page, Access.WRITE).provide();
    } catch (ErrnoException e) {
      failed++;
    } finally {
      mm.lock().unlock();
    }
  }

  private static void growTo(TracedMemory memory, long address) {
    try {
      memory.space().growStack(address);
    } catch (ErrnoException refused) {
      // The program got a signal instead.
    }
  }

  /**
   * What a fault of unknown kind was for: where there is a page already it wrote to it; private
   * memory that is not a file's is hardly ever read first.
   */
  private static Access access(TracedMemory memory, Vma vma, PageTouch touch) {
    return switch (touch.access()) {
      case READ -> vma.isAccessible() ? Access.READ : Access.EXECUTE;
      case WRITE -> Access.WRITE;
      case UNKNOWN -> {
        PageTables tables = memory.space().pageTables();
        boolean there = tables != null && tables.entry(touch.address()) != 0;
        boolean writes = vma.has(VmFlags.WRITE) && (there || vma.isAnonymous());
        yield writes ? Access.WRITE : Access.READ;
      }
    };
  }

  private static boolean fault(TracedMemory memory, Vma vma, long address, Access access) {
    OpenFile file = vma.isAnonymous() ? null : vma.file();
    if (file != null && file.inode().type() == Inode.Type.REGULAR) {
      bringIn(memory, file);
    }
    try {
      new PageFault(memory.space().mm(), memory.space().task(), address, access).handle();
      return true;
    } catch (MemoryFault signal) {
      return false;
    }
  }

  /** A file without a known size reaches as far as it is mapped: so are those that execve maps. */
  private static void bringIn(TracedMemory memory, OpenFile file) {
    Inode inode = file.inode();
    if (inode.size() == Inode.UNKNOWN_SIZE) {
      long pages = 0;
      for (Vma vma : memory.space().vmas()) {
        @Nullable OpenFile mapped = vma.file();
        if (mapped != null && mapped.inode() == inode) {
          pages = Math.max(pages, vma.pgoff() + vma.pages());
        }
      }
      inode.size(Pages.bytes(pages));
    }
    if (!inode.fileSystem().isShmem()) {
      inode.pageCache().assumeComplete();
    }
  }

  /** Faults made. */
  long touches() {
    return touches;
  }

  /** Those of them that found no page. */
  long failed() {
    return failed;
  }
}
