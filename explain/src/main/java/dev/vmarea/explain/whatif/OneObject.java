// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;

/**
 * Shared mappings of regular and of memory files show one object instead of many: parts of one file
 * in which each lies where its address says, or private anonymous memory. For programs that could
 * do with one large buffer; devices stay as they are.
 */
final class OneObject implements HistoryChange {
  private static final long SIZE = 1L << 47;

  private final boolean anonymous;
  private final OpenFile pool;

  /** Into one file, or into anonymous memory. */
  OneObject(boolean anonymous) {
    this.anonymous = anonymous;
    pool = ShmemFile.unnamed("/one-file", SIZE);
  }

  @Override
  public String what() {
    return anonymous
        ? "private anonymous memory in the place of each shared mapping of a file"
        : "all shared mappings of files made of one file, at offsets that continue";
  }

  @Override
  public String remark() {
    return "Mappings stay at the addresses of the log: a single large one lies in one place, and may"
        + " need fewer.";
  }

  @Override
  public HistoryChange forked() {
    return this;
  }

  @Override
  public void call(ChangedMemory memory, TracedCall traced) {
    MemoryCall call = traced.call();
    OpenFile file = call.file();
    long type = call.a3() & MapFlags.TYPE;
    boolean shared =
        call.call() == SyscallName.MMAP
            && !traced.failed()
            && file != null
            && file.inode().type() == Inode.Type.REGULAR
            && (type == MapFlags.SHARED || type == MapFlags.SHARED_VALIDATE);
    if (!shared) {
      memory.asLogged(traced);
      return;
    }
    long address = Pages.floor(traced.result());
    long flags = call.at(address).a3() & ~(MapFlags.TYPE | MapFlags.SYNC);
    memory.insist(
        new MemoryCall(
            SyscallName.MMAP,
            address,
            call.a1(),
            call.a2(),
            flags | (anonymous ? MapFlags.PRIVATE | MapFlags.ANONYMOUS : MapFlags.SHARED),
            -1,
            anonymous ? 0 : address,
            anonymous ? null : pool,
            null,
            List.of()));
  }
}
