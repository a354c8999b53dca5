// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.fault.Access;
import dev.vmarea.fault.MemoryFault;
import dev.vmarea.fault.PageFault;
import dev.vmarea.memory.DeviceFrame;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.space.Mm;
import dev.vmarea.space.StackGrowth;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's own accesses to a caller's memory: a write is an ordinary write fault, and a stack
 * grows under it (mm-semantics 5.8). With the lock of the address space held.
 *
 * <p>On a machine that keeps only shapes ({@link dev.vmarea.space.Kernel#isFilling}), and in memory
 * of a file of unknown size, nothing is written, and areas only get what a write gives them.
 */
final class UserAccess {
  private final Mm mm;
  private final Task task;

  UserAccess(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
  }

  /** Whether [address, address + bytes) lies below the end of user memory. */
  boolean isUserRange(long address, long bytes) {
    long end = address + bytes;
    return Long.compareUnsigned(end, mm.config().taskSize()) <= 0
        && Long.compareUnsigned(end, address) >= 0;
  }

  /**
   * Writes the first {@code length} of {@code bytes} at {@code address}; false if a page cannot be
   * written, EFAULT: what lies before it was written.
   */
  boolean write(long address, byte[] bytes, int length) {
    if (!isUserRange(address, length)) {
      return false;
    }
    for (int done = 0; done < length; ) {
      long at = address + done;
      int piece = (int) Math.min(length - done, Pages.SIZE - (at & Pages.OFFSET_MASK));
      if (!touch(at, piece, Access.WRITE)) {
        return false;
      }
      copy(bytes, done, at, piece);
      done += piece;
    }
    return true;
  }

  /** Reads {@code bytes} at {@code address}; false if a page cannot be read: EFAULT. */
  boolean read(long address, long bytes) {
    if (!isUserRange(address, bytes)) {
      return false;
    }
    for (long at = address; at < address + bytes; at = Pages.floor(at) + Pages.SIZE) {
      if (!touch(at, 1, Access.READ)) {
        return false;
      }
    }
    return true;
  }

  /** Makes the page of {@code address} ready for an access of {@code bytes} that lies in it. */
  private boolean touch(long address, int bytes, Access access) {
    if (!isFilled(address)) {
      return access(address, bytes, access == Access.WRITE ? VmFlags.WRITE : VmFlags.ACCESS);
    }
    try {
      PageFault fault = new PageFault(mm, task, address, access);
      boolean there = fault.faultIn();
      fault.handle(); // notes the access
      return there;
    } catch (MemoryFault refused) {
      return false;
    }
  }

  private boolean isFilled(long address) {
    Vma vma = mm.tree().lookup(address);
    return mm.kernel().isFilling() && (vma == null || Population.hasPages(vma));
  }

  /** Stores into a page that was touched; a bare frame takes nothing, unless a device answers. */
  private void copy(byte[] bytes, int offset, long address, int length) {
    PageTables tables = mm.pageTablesIfAny();
    if (tables == null || !isFilled(address)) {
      return;
    }
    int level = tables.entryLevel(address);
    if (level < 0) {
      return;
    }
    long inEntry = address & (tables.architecture().entrySize(level) - 1);
    long pfn = tables.format().pfn(level, tables.entry(address)) + Pages.count(inEntry);
    KernelPage page = mm.kernel().memory().page(pfn);
    if (page != null) {
      long inPage = address & Pages.OFFSET_MASK;
      MemorySegment.copy(bytes, offset, page.contents(), ValueLayout.JAVA_BYTE, inPage, length);
      return;
    }
    DeviceFrame device = mm.kernel().memory().deviceAt(pfn);
    if (device != null) {
      device.write(address, MemorySegment.ofArray(bytes), offset, length);
    }
  }

  private boolean access(long address, long bytes, long anyOf) {
    if (!isUserRange(address, bytes)) {
      return false;
    }
    long end = address + bytes;
    long at = address;
    while (at < end) {
      Vma vma = reach(at);
      if (vma == null || !vma.hasAny(anyOf)) {
        return false;
      }
      if (anyOf == VmFlags.WRITE && !vma.has(VmFlags.SHARED)) {
        vma = mm.anonAssigner().ensure(vma);
      }
      if (Pages.floor(at) >= Population.endOfFile(vma)) {
        return false;
      }
      at = Math.min(vma.end(), Population.endOfFile(vma));
    }
    return true;
  }

  private @Nullable Vma reach(long address) {
    Vma vma = mm.tree().find(address);
    if (vma == null || vma.start() <= address || !vma.has(VmFlags.GROWSDOWN)) {
      return vma != null && vma.start() <= address ? vma : null;
    }
    try {
      return new StackGrowth(mm, task).growTo(address);
    } catch (ErrnoException refused) {
      return null;
    }
  }
}
