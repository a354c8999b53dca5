// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.space.StackGrowth;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's own accesses to a caller's memory, as far as the shape shows them: a write is an
 * ordinary write fault, and a stack grows under it (mm-semantics 5.8).
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

  /** Writes {@code bytes} at {@code address}; false if a page cannot be written: EFAULT. */
  boolean write(long address, long bytes) {
    return access(address, bytes, VmFlags.WRITE);
  }

  /** Reads {@code bytes} at {@code address}; false if a page cannot be read: EFAULT. */
  boolean read(long address, long bytes) {
    return access(address, bytes, VmFlags.ACCESS);
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
