// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.Syscalls;
import dev.vmarea.base.Errno;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.NodeMask;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.mapping.ProcessAdviseOperation;
import dev.vmarea.mapping.ProcessControlOperation;
import dev.vmarea.mapping.SharedMemoryOperation;
import dev.vmarea.space.Kernel;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a decoded call on the model. */
final class ModelCalls {
  /** What {@link #execute} returns for a call whose result the model cannot know. */
  static final long NOT_MODELLED = Long.MIN_VALUE;

  private static final long MAX_RANGES = 1024;

  private ModelCalls() {}

  /** The result: a value or {@code -errno}, or {@link #NOT_MODELLED}. */
  static long execute(AddressSpace space, Task task, MemoryCall c) {
    Syscalls calls = space.syscalls(task);
    return switch (c.call()) {
      case MMAP -> calls.mmap(c.a0(), c.a1(), (int) c.a2(), (int) c.a3(), c.file(), c.a5());
      case MUNMAP -> calls.munmap(c.a0(), c.a1());
      case MPROTECT -> calls.mprotect(c.a0(), c.a1(), (int) c.a2());
      case PKEY_MPROTECT -> calls.pkeyMprotect(c.a0(), c.a1(), (int) c.a2(), (int) c.a3());
      case MREMAP -> calls.mremap(c.a0(), c.a1(), c.a2(), (int) c.a3(), c.a4());
      case BRK -> calls.brk(c.a0());
      case MADVISE -> calls.madvise(c.a0(), c.a1(), (int) c.a2());
      case MLOCK -> calls.mlock(c.a0(), c.a1());
      case MLOCK2 -> calls.mlock2(c.a0(), c.a1(), (int) c.a2());
      case MUNLOCK -> calls.munlock(c.a0(), c.a1());
      case MLOCKALL -> calls.mlockall((int) c.a0());
      case MUNLOCKALL -> calls.munlockall();
      case MSYNC -> calls.msync(c.a0(), c.a1(), (int) c.a2());
      case MSEAL -> calls.mseal(c.a0(), c.a1(), c.a2());
      case MINCORE -> residency(space, calls, c);
      case MBIND -> calls.mbind(c.a0(), c.a1(), (int) c.a2(), nodes(c), (int) c.a5());
      case SET_MEMPOLICY_HOME_NODE -> calls.setMempolicyHomeNode(c.a0(), c.a1(), c.a2(), c.a3());
      case REMAP_FILE_PAGES ->
          calls.remapFilePages(c.a0(), c.a1(), (int) c.a2(), c.a3(), (int) c.a4());
      case SHMAT -> attach(space, calls, c);
      case SHMDT -> calls.shmdt(c.a0());
      case IO_SETUP -> c.a3() != 0 ? Errno.EFAULT.negated() : calls.ioSetup((int) c.a0(), c.a1());
      case IO_DESTROY -> calls.ioDestroy(c.a0());
      case PROCESS_MADVISE -> processAdvise(space, space, task, c, true);
      case PRCTL -> prctl(calls, c);
      default -> NOT_MODELLED;
    };
  }

  private static long prctl(Syscalls calls, MemoryCall c) {
    return switch ((int) c.a0()) {
      case MemoryCallDecoder.PR_SET_VMA -> calls.setVmaAnonName(c.a2(), c.a3(), c.name());
      case MemoryCallDecoder.PR_SET_MM -> setMemoryMap(calls, c);
      case MemoryCallDecoder.PR_SET_MDWE -> calls.prctlSetMdwe(c.a1(), c.a2(), c.a3(), c.a4());
      case MemoryCallDecoder.PR_GET_MDWE -> calls.prctlGetMdwe(c.a1(), c.a2(), c.a3(), c.a4());
      case MemoryCallDecoder.PR_SET_MEMORY_MERGE ->
          calls.prctlSetMemoryMerge(c.a1(), c.a2(), c.a3(), c.a4());
      case MemoryCallDecoder.PR_GET_MEMORY_MERGE ->
          calls.prctlGetMemoryMerge(c.a1(), c.a2(), c.a3(), c.a4());
      case MemoryCallDecoder.PR_SET_THP_DISABLE ->
          calls.prctlSetThpDisable(c.a1(), c.a2(), c.a3(), c.a4());
      default -> NOT_MODELLED;
    };
  }

  // What strace does not show, only the kernel knows; a size that is wrong it refuses before.
  private static long setMemoryMap(Syscalls calls, MemoryCall c) {
    boolean unread = c.a5() != 0 && c.a3() == ProcessControlOperation.MM_MAP_SIZE && c.a4() == 0;
    if (unread) {
      return NOT_MODELLED;
    }
    return calls.prctlSetMm((int) c.a1(), c.a2(), c.a3(), c.a4(), memoryMap(c.numbers()));
  }

  private static ProcessControlOperation.@Nullable MemoryMap memoryMap(List<Long> fields) {
    return fields.isEmpty()
        ? null
        : new ProcessControlOperation.MemoryMap(
            fields.get(0),
            fields.get(1),
            fields.get(2),
            fields.get(3),
            fields.get(4),
            fields.get(5),
            fields.get(6),
            fields.get(7),
            fields.get(8),
            fields.get(9),
            fields.get(10),
            fields.get(11),
            fields.get(12),
            fields.get(13).intValue());
  }

  /**
   * process_madvise by a process whose memory is {@code own}. After the flags the kernel reads the
   * vector, and only then it looks at the descriptor, which is good or not.
   */
  static long processAdvise(
      AddressSpace own, AddressSpace target, Task task, MemoryCall c, boolean descriptorIsGood) {
    if (c.a4() != 0 || Long.compareUnsigned(c.a2(), MAX_RANGES) > 0) {
      return Errno.EINVAL.negated();
    }
    if (c.a1() != 0 && c.a2() != 0) {
      return Errno.EFAULT.negated();
    }
    if (!descriptorIsGood) {
      return Errno.EBADF.negated();
    }
    return own.syscalls(task).processMadvise(target, ranges(c), (int) c.a3(), (int) c.a4());
  }

  private static NodeMask nodes(MemoryCall c) {
    if (c.a3() == 0) {
      return NodeMask.none();
    }
    if (c.numbers().isEmpty()) {
      return NodeMask.unreadable(c.a4());
    }
    return NodeMask.of(c.a4(), c.numbers().stream().mapToLong(Long::longValue).toArray());
  }

  private static List<ProcessAdviseOperation.Range> ranges(MemoryCall c) {
    List<ProcessAdviseOperation.Range> ranges = new ArrayList<>();
    for (int i = 0; i + 1 < c.numbers().size(); i += 2) {
      ranges.add(new ProcessAdviseOperation.Range(c.numbers().get(i), c.numbers().get(i + 1)));
    }
    return ranges;
  }

  // A segment made before the log begins: its size is nowhere. Where users are mounted none was.
  private static long attach(AddressSpace space, Syscalls calls, MemoryCall c) {
    Machine machine = space.machine();
    boolean mayBeOlder = c.a0() >= 0 && machine.mounts().all().isEmpty();
    return mayBeOlder && machine.segments().find((int) c.a0()) == null
        ? NOT_MODELLED
        : calls.shmat((int) c.a0(), c.a1(), (int) c.a2());
  }

  // Where the vector lies is printed only when the call failed; any memory written before will do.
  private static long residency(AddressSpace space, Syscalls calls, MemoryCall c) {
    if (c.a3() != 0) {
      return calls.mincore(c.a0(), c.a1(), c.a2());
    }
    long bytes = Pages.count(Pages.ceil(c.a1()));
    for (Vma vma : space.vmas()) {
      boolean written = vma.has(VmFlags.SHARED) || vma.anon() != null;
      if (vma.has(VmFlags.WRITE) && written && vma.length() >= bytes) {
        return calls.mincore(c.a0(), c.a1(), vma.start());
      }
    }
    return NOT_MODELLED;
  }

  /** The same without any limit standing in the way. */
  static long force(AddressSpace space, MemoryCall call) {
    ResourceLimits limits = new ResourceLimits();
    for (int i = 0; i < 16; i++) {
      limits.set(i, ResourceLimits.INFINITY, ResourceLimits.INFINITY);
    }
    Kernel kernel = space.machine().kernel();
    KernelConfig config = kernel.config();
    kernel.config(config.withMaxMapCount(Integer.MAX_VALUE).withOvercommit(1, Long.MAX_VALUE));
    try {
      return execute(space, new Task(limits, -1L), call);
    } finally {
      kernel.config(config);
    }
  }

  /** The call that has the same effect at the address that the kernel chose. */
  static MemoryCall at(MemoryCall c, long address) {
    return switch (c.call()) {
      case MMAP -> c.mappedAt(address, c.a3() & ~MapFlags.FIXED_NOREPLACE | MapFlags.FIXED);
      case MREMAP ->
          address == c.a0()
              ? c
              : MemoryCall.of(
                  c.call(),
                  c.a0(),
                  c.a1(),
                  c.a2(),
                  c.a3() | MremapFlags.MAYMOVE | MremapFlags.FIXED,
                  address,
                  0);
      case BRK -> MemoryCall.of(c.call(), address, 0, 0, 0, 0, 0);
      case SHMAT ->
          MemoryCall.of(
              c.call(), c.a0(), address, c.a2() | SharedMemoryOperation.SHM_REMAP, 0, 0, 0);
      default -> c;
    };
  }
}
