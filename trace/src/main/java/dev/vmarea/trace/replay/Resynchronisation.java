// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Errno;
import dev.vmarea.trace.strace.SyscallName;
import org.jspecify.annotations.Nullable;

/** Brings the model to what the kernel did, after a difference. */
final class Resynchronisation {
  private Resynchronisation() {}

  /**
   * Makes the model what the kernel's result says it is.
   *
   * @param before the model before a call that the kernel refused, else null
   */
  static void apply(
      TracedMemory memory,
      MemoryCall call,
      long expected,
      long actual,
      TracedMemory.@Nullable Snapshot before) {
    boolean brk = call.call() == SyscallName.BRK;
    if (before != null) {
      if (!Errno.isError(actual)) {
        memory.restore(before);
      }
      return;
    }
    if (Errno.isError(expected) && !brk) {
      return;
    }
    if (!Errno.isError(actual) && actual != expected) {
      takeBack(memory, call, expected, actual);
      if (call.call() == SyscallName.MREMAP || call.call() == SyscallName.IO_SETUP) {
        return;
      }
    }
    long forced = ModelCalls.force(memory.space(), ModelCalls.at(call, expected));
    if (brk && forced != expected) {
      memory.space().layout().brk = expected;
    }
  }

  private static void takeBack(TracedMemory memory, MemoryCall call, long expected, long actual) {
    switch (call.call()) {
      case MMAP ->
          ModelCalls.force(
              memory.space(), MemoryCall.of(SyscallName.MUNMAP, actual, call.a1(), 0, 0, 0, 0));
      case MREMAP ->
          // What was moved to one place has to be moved on to the other.
          ModelCalls.force(
              memory.space(),
              ModelCalls.at(
                  MemoryCall.of(SyscallName.MREMAP, actual, call.a2(), call.a2(), 0, 0, 0),
                  expected));
      case SHMAT ->
          ModelCalls.force(memory.space(), MemoryCall.of(SyscallName.SHMDT, actual, 0, 0, 0, 0, 0));
      default -> {}
    }
  }
}
