// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;
import dev.vmarea.Syscalls;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.space.Kernel;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;

/** Makes a decoded call on the model. */
final class ModelCalls {
  /** What {@link #execute} returns for a call that the model does not have. */
  static final long NOT_MODELLED = Long.MIN_VALUE;

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
      default -> NOT_MODELLED;
    };
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
              : new MemoryCall(
                  c.call(),
                  c.a0(),
                  c.a1(),
                  c.a2(),
                  c.a3() | MremapFlags.MAYMOVE | MremapFlags.FIXED,
                  address,
                  0,
                  c.file(),
                  c.name(),
                  c.ranges());
      case BRK -> MemoryCall.of(c.call(), address, 0, 0, 0, 0, 0);
      case SHMAT ->
          MemoryCall.of(c.call(), c.a0(), address, c.a2() | 040000, 0, 0, 0).withFile(c.file());
      default -> c;
    };
  }
}
