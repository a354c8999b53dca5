// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.MapFlags;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.OpenFile;

/**
 * Memory files (memfd) become private anonymous memory at the same addresses: buffers of one
 * process have no need of a file, unless they are mapped twice to wrap round.
 */
final class AnonymousBuffers implements HistoryChange {
  private static final String MEMFD = "/memfd:";

  @Override
  public String what() {
    return "private anonymous memory instead of mappings of memory files";
  }

  @Override
  public HistoryChange forked() {
    return this;
  }

  @Override
  public void call(ChangedMemory memory, TracedCall traced) {
    MemoryCall call = traced.call();
    OpenFile file = call.file();
    boolean isMapping = call.call() == SyscallName.MMAP && !traced.failed();
    if (!isMapping || file == null || !file.entry().path().startsWith(MEMFD)) {
      memory.asLogged(traced);
      return;
    }
    long types = MapFlags.SHARED | MapFlags.SHARED_VALIDATE | MapFlags.PRIVATE;
    MemoryCall placed = call.at(traced.result());
    memory.insist(
        MemoryCall.of(
            SyscallName.MMAP,
            placed.a0(),
            placed.a1(),
            placed.a2(),
            placed.a3() & ~types | MapFlags.PRIVATE | MapFlags.ANONYMOUS,
            -1,
            0));
  }
}
