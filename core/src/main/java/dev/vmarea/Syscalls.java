// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.mapping.GrowOperation;
import dev.vmarea.mapping.MapOperation;
import dev.vmarea.mapping.MoveOperation;
import dev.vmarea.mapping.ProtectOperation;
import dev.vmarea.mapping.UnmapOperation;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * The memory calls of one process on one address space, with the kernel's own calling convention:
 * arguments as the system call takes them, the result or {@code -errno}.
 *
 * <p>Thread-safe; each call takes the address space's lock as Linux does.
 */
public final class Syscalls {
  private final MapOperation map;
  private final UnmapOperation unmap;
  private final ProtectOperation protect;
  private final MoveOperation move;
  private final GrowOperation grow;

  Syscalls(AddressSpace space, Task task) {
    Mm mm = space.mm();
    this.map = new MapOperation(mm, task, space.machine().backing());
    this.unmap = new UnmapOperation(mm);
    this.protect = new ProtectOperation(mm, task);
    this.move = new MoveOperation(mm, task);
    this.grow = new GrowOperation(mm, task);
  }

  /** mmap(2); {@code file} is what the descriptor refers to, or null for a bad one. */
  public long mmap(
      long address, long length, int prot, int flags, @Nullable OpenFile file, long offset) {
    try {
      return map.map(address, length, prot, flags, file, offset);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** munmap(2). */
  public long munmap(long address, long length) {
    try {
      unmap.unmap(address, length);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** mprotect(2). */
  public long mprotect(long address, long length, int prot) {
    return pkeyMprotect(address, length, prot, -1);
  }

  /** pkey_mprotect(2). */
  public long pkeyMprotect(long address, long length, int prot, int pkey) {
    try {
      protect.protect(address, length, prot, pkey);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** mremap(2). */
  public long mremap(long address, long oldLength, long newLength, int flags, long newAddress) {
    try {
      return move.remap(address, oldLength, newLength, flags, newAddress);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** brk(2), as the kernel answers it: the break afterwards, never an errno. */
  public long brk(long wanted) {
    return grow.brk(wanted);
  }
}
