// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Errno;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.mapping.AdviseOperation;
import dev.vmarea.mapping.LockOperation;
import dev.vmarea.space.VmaTree;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.Vma;

/** Which differences are no findings, because their reason is in no log. */
final class Unjudged {
  private Unjudged() {}

  // How many huge pages there were is not in the log, so their lack is no finding.
  static boolean withoutHugePages(MemoryCall call, long expected) {
    return call.call() == SyscallName.MMAP
        && (call.a3() & MapFlags.HUGETLB) != 0
        && expected == Errno.ENOMEM.negated();
  }

  // Some results depend on what pages hold, on files, or on memory that the log does not show.
  static boolean dependsOnContents(
      TracedMemory memory, MemoryCall call, long expected, long actual) {
    return switch (call.call()) {
      case MADVISE -> AdviseOperation.dependsOnContents((int) call.a2());
      case PROCESS_MADVISE ->
          AdviseOperation.dependsOnContents((int) call.a3())
              || call.numbers().isEmpty() && Errno.isError(expected);
      case MBIND -> call.a3() == MemoryCallDecoder.MASK_UNREAD && Errno.isError(expected);
      case MLOCK, MLOCK2 ->
          expected == Errno.ENOMEM.negated() && actual == 0 && mayLackPages(memory, call)
              || expected == 0 && actual == Errno.ENOMEM.negated() && mayHaveGrown(memory, call);
      default -> false;
    };
  }

  // Locking marks all areas before it faults the pages in, so a page that cannot be had, behind the
  // end of a file or guarded, gives an error and leaves what success leaves.
  private static boolean mayLackPages(TracedMemory memory, MemoryCall call) {
    return new LockOperation(memory.space().mm(), memory.space().task())
        .dependsOnContents(call.a0(), call.a1());
  }

  // A file's size is known as it was when it was mapped; writes, which no log shows, extend it.
  private static boolean mayHaveGrown(TracedMemory memory, MemoryCall call) {
    long end = call.a0() + call.a1();
    VmaTree tree = memory.space().mm().tree();
    for (Vma vma = tree.find(Pages.floor(call.a0()));
        vma != null && vma.start() < end;
        vma = tree.find(vma.end())) {
      if (vma.file() != null) {
        return true;
      }
    }
    return false;
  }

  // Reasons for a refusal that a log may not tell: whether a path names a directory or a file whose
  // driver cannot map, and what the memory held that io_setup reads.
  static boolean notInTheLog(MemoryCall call, long expected, long actual) {
    if (Errno.isError(actual)) {
      return false;
    }
    return switch (call.call()) {
      case MMAP -> call.file() != null && expected == Errno.ENODEV.negated();
      case IO_SETUP -> expected == Errno.EINVAL.negated() || expected == Errno.EFAULT.negated();
      case PROCESS_MADVISE -> expected == Errno.EBADF.negated();
      default -> false;
    };
  }
}
