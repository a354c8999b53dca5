// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.PageFault;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Pins pages for long, as Linux does for a device that works on a process's memory ({@code
 * pin_user_pages} with FOLL_LONGTERM, mm/gup.c): each page is faulted in, copied first if it is
 * private and shared with others, and gets a pin. Stacks do not grow.
 */
public final class PinOperation {
  /** A fault may bring a page that is still to be copied; no page needs more tries. */
  private static final int MOST_TRIES = 4;

  /** Frames to have room for at first: most ranges end early, or are short. */
  private static final int MOST_AT_FIRST = 1024;

  private final Mm mm;
  private final Task task;
  private final Access access;

  /** Pins for reading or for writing, on behalf of {@code task}. */
  public PinOperation(Mm mm, Task task, boolean write) {
    this.mm = mm;
    this.task = task;
    this.access = write ? Access.WRITE : Access.READ;
  }

  /**
   * Pins all pages of [start, end), bytes, page aligned.
   *
   * @return the frames, one a page; {@link #unpin} takes the pins away
   * @throws ErrnoException EFAULT where nothing is mapped, where memory may not be accessed so, at
   *     device memory, secret memory and behind the end of a file, and for writing in a shared
   *     mapping of a file that is written back to a disk; ENOMEM without a frame. Nothing is pinned
   *     then, but pages may have been faulted in
   */
  public long[] pin(long start, long end) throws ErrnoException {
    if (Long.compareUnsigned(end, start) < 0
        || Long.compareUnsigned(end, mm.config().taskSize()) > 0) {
      throw Errno.EFAULT.failure();
    }
    long[] frames = new long[(int) Math.min(MOST_AT_FIRST, Pages.count(end - start))];
    int pinned = 0;
    boolean complete = false;
    mm.lock().lock();
    try {
      for (long at = start; at < end; at += Pages.SIZE) {
        if (pinned == frames.length) {
          frames = Arrays.copyOf(frames, Math.multiplyExact(2, pinned));
        }
        frames[pinned] = pinPage(at);
        pinned++;
      }
      complete = true;
    } finally {
      mm.lock().unlock();
      if (!complete) {
        unpin(mm.kernel().memory(), frames, pinned);
      }
    }
    return Arrays.copyOf(frames, pinned);
  }

  /** Takes the pins of the first {@code count} of these frames away. */
  public static void unpin(PhysicalMemory memory, long[] frames, int count) {
    for (int i = 0; i < count; i++) {
      new KernelPage(memory, frames[i]).unpin();
    }
  }

  private long pinPage(long address) throws ErrnoException {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      Vma vma = mm.tree().lookup(address);
      if (vma == null || !mayPin(vma)) {
        throw Errno.EFAULT.failure();
      }
      mm.lock().writeLock(vma); // no fault beside this one changes the entry
      KernelPage page = pageForUse(vma, address);
      if (page != null) {
        page.pin();
        return page.pfn();
      }
    }
    throw Errno.EFAULT.failure(); // a driver that says it mapped something, and did not
  }

  /** The page, or null if this was a step on the way to it. */
  private @Nullable KernelPage pageForUse(Vma vma, long address) throws ErrnoException {
    PageTables tables = mm.pageTables();
    long entry = tables.entry(address);
    PageFault fault = new PageFault(mm, task, address, access);
    if (!access.isAllowedBy(entry)) {
      try {
        fault.handle();
      } catch (MemoryFault refused) {
        throw refused.reason() == MemoryFault.Cause.OUT_OF_MEMORY
            ? Errno.ENOMEM.failure()
            : Errno.EFAULT.failure();
      }
      return null;
    }
    KernelPage page = mm.kernel().memory().page(tables.frame(address));
    boolean shared =
        page == null || page.kind() != KernelPage.Kind.ANONYMOUS || !page.isExclusive();
    if (VmFlags.isCow(vma.flags()) && shared) {
      fault.unshare();
      return null;
    }
    if (page == null || EntryFormat.isSpecial(entry)) {
      throw Errno.EFAULT.failure(); // a bare frame
    }
    return page;
  }

  private boolean mayPin(Vma vma) {
    if (vma.hasAny(VmFlags.IO | VmFlags.PFNMAP | VmFlags.HUGETLB)
        || vma.ops() != null && vma.ops().isSecret()) {
      return false;
    }
    return access == Access.WRITE
        ? vma.has(VmFlags.WRITE) && !isWrittenBack(vma)
        : vma.has(VmFlags.READ);
  }

  /** What is written through a pin is written unnoticed, which a disk's file system cannot have. */
  private static boolean isWrittenBack(Vma vma) {
    OpenFile file = vma.file();
    return file != null
        && !vma.isAnonymous()
        && vma.has(VmFlags.SHARED)
        && vma.has(VmFlags.MAYWRITE)
        && file.inode().type() == Inode.Type.REGULAR
        && file.inode().fileSystem().writesBack();
  }
}
