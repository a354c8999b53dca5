// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Errno;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.space.ProgramLayout;
import dev.vmarea.trace.strace.SyscallName;

/** What the first calls of a program tell about a layout that no map showed. */
final class LayoutFromCalls {
  private LayoutFromCalls() {}

  // The heap begins where the first brk of a program finds it.
  static void learnHeap(TracedMemory memory, MemoryCall call, long expected) {
    if (memory.heapKnown || call.call() != SyscallName.BRK || Errno.isError(expected)) {
      return;
    }
    memory.heapKnown = true;
    ProgramLayout layout = memory.space().layout();
    layout.startBrk = expected;
    layout.brk = expected;
  }

  // Without a starting map that shows it, the top of the area is where the first mapping ends.
  static void learnBase(TracedMemory memory, MemoryCall call, long expected) {
    ProgramLayout layout = memory.space().layout();
    boolean chosen =
        layout.mmapBase == 0
            && !layout.bottomUp
            && call.call() == SyscallName.MMAP
            && call.a0() == 0
            && (call.a3() & (MapFlags.FIXED | MapFlags.BIT32)) == 0
            && !Errno.isError(expected);
    if (chosen) {
      layout.mmapBase = expected + Pages.ceil(call.a1());
    }
  }

  /** Remembers where a call began and ended. */
  static void noteEdges(TracedMemory memory, MemoryCall call, long expected, boolean failed) {
    if (failed) {
      return;
    }
    switch (call.call()) {
      case MMAP -> range(memory, expected, call.a1());
      case MREMAP -> {
        range(memory, call.a0(), call.a1());
        range(memory, call.a0(), call.a2());
        range(memory, expected, call.a2());
      }
      case BRK -> memory.edges.add(Pages.ceil(expected));
      case SHMAT, SHMDT, IO_SETUP, IO_DESTROY, PROCESS_MADVISE -> {}
      case PRCTL -> range(memory, call.a2(), call.a3());
      default -> range(memory, call.a0(), call.a1());
    }
  }

  private static void range(TracedMemory memory, long start, long length) {
    memory.edges.add(Pages.floor(start));
    memory.edges.add(Pages.ceil(start + length));
  }
}
