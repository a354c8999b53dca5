// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.NodeMask;
import dev.vmarea.mapping.AdviseOperation;
import dev.vmarea.mapping.AsyncIoOperation;
import dev.vmarea.mapping.GrowOperation;
import dev.vmarea.mapping.LockOperation;
import dev.vmarea.mapping.MapOperation;
import dev.vmarea.mapping.MoveOperation;
import dev.vmarea.mapping.NameOperation;
import dev.vmarea.mapping.PolicyOperation;
import dev.vmarea.mapping.ProcessAdviseOperation;
import dev.vmarea.mapping.ProcessControlOperation;
import dev.vmarea.mapping.ProcessControlOperation.MemoryMap;
import dev.vmarea.mapping.ProtectOperation;
import dev.vmarea.mapping.ProtectionKeyOperation;
import dev.vmarea.mapping.RemapFileOperation;
import dev.vmarea.mapping.ResidencyOperation;
import dev.vmarea.mapping.SealOperation;
import dev.vmarea.mapping.SegmentOperation;
import dev.vmarea.mapping.SharedMemoryOperation;
import dev.vmarea.mapping.SyncOperation;
import dev.vmarea.mapping.UnmapOperation;
import dev.vmarea.mapping.UserfaultOperation;
import dev.vmarea.space.Mm;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory calls of one process on one address space, with the kernel's own calling convention:
 * arguments as the system call takes them, the result or {@code -errno}.
 *
 * <p>Addresses and lengths are bytes; where a call asks for a page-aligned address another one is
 * EINVAL, and lengths are rounded up to pages. Ranges are half-open. A result is an error if {@link
 * Errno#isError} says so: then it is the negated number of an {@link Errno}. Which error, when, and
 * what a failed call leaves changed is said at the operation that each method names.
 *
 * <p>Thread-safe; each call takes the address space's lock as Linux does. The rules are those of
 * the machine's profile.
 */
public final class Syscalls {
  private final MapOperation map;
  private final UnmapOperation unmap;
  private final ProtectOperation protect;
  private final MoveOperation move;
  private final GrowOperation grow;
  private final LockOperation lock;
  private final AdviseOperation advise;
  private final SealOperation seal;
  private final SyncOperation sync;
  private final ResidencyOperation residency;
  private final PolicyOperation policy;
  private final NameOperation name;
  private final RemapFileOperation remapFile;
  private final ProcessControlOperation control;
  private final SharedMemoryOperation sharedMemory;
  private final SegmentOperation segments;
  private final AsyncIoOperation asyncIo;
  private final Mm mm;
  private final Task task;

  Syscalls(AddressSpace space, Task task) {
    this.mm = space.mm();
    this.task = task;
    this.map = new MapOperation(mm, task, space.machine().backing());
    this.unmap = new UnmapOperation(mm);
    this.protect = new ProtectOperation(mm, task);
    this.move = new MoveOperation(mm, task);
    this.grow = new GrowOperation(mm, task);
    this.lock = new LockOperation(mm, task);
    this.advise = new AdviseOperation(mm, task);
    this.seal = new SealOperation(mm);
    this.sync = new SyncOperation(mm);
    this.residency = new ResidencyOperation(mm, task);
    this.policy = new PolicyOperation(mm, task);
    this.name = new NameOperation(mm);
    this.remapFile = new RemapFileOperation(mm, map);
    this.control = new ProcessControlOperation(mm, task);
    this.sharedMemory = new SharedMemoryOperation(mm, map, space.machine().segments());
    this.segments = new SegmentOperation(mm.kernel(), space.machine().segments());
    this.asyncIo = new AsyncIoOperation(mm, task, map);
  }

  /**
   * mmap(2): the address, or an error of {@link MapOperation#map}.
   *
   * @param file what the descriptor refers to, or null for a bad one; not looked at with
   *     MAP_ANONYMOUS
   * @param offset bytes, page aligned
   */
  public long mmap(
      long address, long length, int prot, int flags, @Nullable OpenFile file, long offset) {
    try {
      return map.map(address, length, prot, flags, file, offset);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** munmap(2): 0, or an error of {@link UnmapOperation#unmap}. */
  public long munmap(long address, long length) {
    try {
      unmap.unmap(address, length);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** mprotect(2): 0, or an error of {@link ProtectOperation#protect}. */
  public long mprotect(long address, long length, int prot) {
    return pkeyMprotect(address, length, prot, -1);
  }

  /** pkey_mprotect(2), {@code pkey} -1 for none; see {@link ProtectOperation#protect}. */
  public long pkeyMprotect(long address, long length, int prot, int pkey) {
    try {
      protect.protect(address, length, prot, pkey);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** pkey_alloc(2): an error of {@link ProtectionKeyOperation#allocate}, as there are no keys. */
  public long pkeyAlloc(long flags, long rights) {
    try {
      new ProtectionKeyOperation(mm).allocate(flags, rights);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** pkey_free(2): EINVAL, as there are no keys. */
  public long pkeyFree(int pkey) {
    return Errno.EINVAL.negated();
  }

  /** mremap(2): the address afterwards, or an error of {@link MoveOperation#remap}. */
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

  /** madvise(2). Some results depend on contents: {@link AdviseOperation#dependsOnContents}. */
  public long madvise(long address, long length, int advice) {
    try {
      advise.advise(address, length, advice);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** process_madvise(2) of {@code target}, once its descriptor is resolved. */
  public long processMadvise(
      AddressSpace target, List<ProcessAdviseOperation.Range> ranges, int advice, int flags) {
    try {
      return new ProcessAdviseOperation(target.mm(), task, target.mm() == mm)
          .advise(ranges, advice, flags);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** mlock(2): 0, or an error of {@link LockOperation#lock}. */
  public long mlock(long address, long length) {
    return mlock2(address, length, 0);
  }

  /** mlock2(2): 0, or an error of {@link LockOperation#lock}. */
  public long mlock2(long address, long length, int flags) {
    try {
      lock.lock(address, length, flags);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** munlock(2): 0, or an error of {@link LockOperation#unlock}. */
  public long munlock(long address, long length) {
    try {
      lock.unlock(address, length);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** mlockall(2): 0, or an error of {@link LockOperation#lockAll}. */
  public long mlockall(int flags) {
    try {
      lock.lockAll(flags);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** munlockall(2): always 0. */
  public long munlockall() {
    lock.unlockAll();
    return 0;
  }

  /** mseal(2): 0, or an error of {@link SealOperation#seal}. */
  public long mseal(long address, long length, long flags) {
    try {
      seal.seal(address, length, flags);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** msync(2): 0, or an error of {@link SyncOperation#sync}. */
  public long msync(long address, long length, int flags) {
    try {
      sync.sync(address, length, flags);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** mincore(2): {@code vector} is the address that is written to. */
  public long mincore(long address, long length, long vector) {
    try {
      residency.residency(address, length, vector);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** mbind(2): 0, or an error of {@link PolicyOperation#bind}. */
  public long mbind(long start, long length, int mode, NodeMask mask, int flags) {
    try {
      policy.bind(start, length, mode, mask, flags);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** set_mempolicy_home_node(2): 0, or an error of {@link PolicyOperation#homeNode}. */
  public long setMempolicyHomeNode(long start, long length, long node, long flags) {
    try {
      policy.homeNode(start, length, node, flags);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME); the name is bytes as ISO-8859-1, or null. */
  public long setVmaAnonName(long address, long length, @Nullable String text) {
    try {
      name.name(address, length, text);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** remap_file_pages(2), {@code pgoff} in pages: 0, or as {@link RemapFileOperation#remap}. */
  public long remapFilePages(long address, long length, int prot, long pgoff, int flags) {
    try {
      remapFile.remap(address, length, prot, pgoff, flags);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** shmget(2): the segment's id, or an error of {@link SegmentOperation#get}. */
  public long shmget(int key, long size, int flags) {
    try {
      return segments.get(key, size, flags);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** shmctl(IPC_RMID): 0, or EINVAL; see {@link SegmentOperation#remove}. */
  public long shmctlRemove(int id) {
    try {
      segments.remove(id);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** shmat(2) of a segment of the machine: the address, or as {@link SharedMemoryOperation}. */
  public long shmat(int id, long address, int flags) {
    try {
      return sharedMemory.attach(id, address, flags);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** shmdt(2): 0, or an error of {@link SharedMemoryOperation#detach}. */
  public long shmdt(long address) {
    try {
      sharedMemory.detach(address);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /**
   * io_setup(2) with {@code *ctxp} holding {@code context}: the new context, which the system call
   * stores there, where it returns 0.
   */
  public long ioSetup(int requests, long context) {
    try {
      return asyncIo.setUp(requests, context);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** io_destroy(2): 0, or EINVAL; see {@link AsyncIoOperation#destroy}. */
  public long ioDestroy(long context) {
    try {
      asyncIo.destroy(context);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** ioctl(UFFDIO_REGISTER) of the userfaultfd that {@code context} stands for. */
  public long userfaultRegister(UserfaultContext context, long start, long length, long mode) {
    try {
      new UserfaultOperation(mm).register(context, start, length, mode);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** ioctl(UFFDIO_UNREGISTER): 0, or as {@link UserfaultOperation#unregister}. */
  public long userfaultUnregister(UserfaultContext context, long start, long length) {
    try {
      new UserfaultOperation(mm).unregister(context, start, length);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** The last descriptor of a userfaultfd was closed. */
  public void userfaultClose(UserfaultContext context) {
    new UserfaultOperation(mm).close(context);
  }

  /** prctl(PR_SET_MM); {@code map} is what lies at {@code address} for PR_SET_MM_MAP. */
  public long prctlSetMm(
      int option, long address, long argument4, long argument5, @Nullable MemoryMap map) {
    try {
      control.setMemoryMap(option, address, argument4, argument5, map);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** prctl(PR_SET_MDWE): 0, or as {@link ProcessControlOperation#setDenyWriteExec}. */
  public long prctlSetMdwe(long bits, long argument3, long argument4, long argument5) {
    try {
      control.setDenyWriteExec(bits, argument3, argument4, argument5);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** prctl(PR_GET_MDWE): the bits, or as {@link ProcessControlOperation#getDenyWriteExec}. */
  public long prctlGetMdwe(long argument2, long argument3, long argument4, long argument5) {
    try {
      return control.getDenyWriteExec(argument2, argument3, argument4, argument5);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** prctl(PR_SET_MEMORY_MERGE). */
  public long prctlSetMemoryMerge(long enable, long argument3, long argument4, long argument5) {
    try {
      control.setMemoryMerge(enable, argument3, argument4, argument5);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** prctl(PR_GET_MEMORY_MERGE). */
  public long prctlGetMemoryMerge(long argument2, long argument3, long argument4, long argument5) {
    try {
      return control.getMemoryMerge(argument2, argument3, argument4, argument5);
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /** prctl(PR_SET_THP_DISABLE). */
  public long prctlSetThpDisable(long disable, long flags, long argument4, long argument5) {
    try {
      control.setThpDisable(disable, flags, argument4, argument5);
      return 0;
    } catch (ErrnoException e) {
      return e.errno().negated();
    }
  }

  /**
   * setrlimit(2) and prlimit(2) of the caller, soft and hard limit in bytes ({@link
   * ResourceLimits#INFINITY} for none): 0; EINVAL for a number above 15 or a soft limit above the
   * hard one; EPERM for a higher hard limit without CAP_SYS_RESOURCE. Counts from the next call on.
   */
  public long setrlimit(int resource, long soft, long hard) {
    if (resource < 0 || resource >= 16 || Long.compareUnsigned(soft, hard) > 0) {
      return Errno.EINVAL.negated();
    }
    boolean raises = Long.compareUnsigned(hard, task.limits().hard(resource)) > 0;
    if (raises && !task.capable(Task.CAP_SYS_RESOURCE)) {
      return Errno.EPERM.negated();
    }
    task.limits().set(resource, soft, hard);
    return 0;
  }

  /** personality(2): the old value; 0xffffffff only asks. The layout was fixed at execve. */
  public long personality(long wanted) {
    int old = task.personality();
    if ((wanted & 0xffffffffL) != 0xffffffffL) {
      task.personality((int) wanted);
    }
    return old & 0xffffffffL;
  }
}
