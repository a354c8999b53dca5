// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.Vma;

/**
 * Private anonymous memory is readable and writable from the beginning and stays so: changes of its
 * protection are left out, but for those that make it executable. What memory could be saved at
 * most by fewer different protections; guards go, too.
 */
final class OneProtection implements HistoryChange {
  private static final int RW = Prot.READ | Prot.WRITE;

  @Override
  public String what() {
    return "private anonymous memory readable and writable from the beginning, never protected"
        + " otherwise unless to be executed";
  }

  @Override
  public HistoryChange forked() {
    return this;
  }

  @Override
  public void call(ChangedMemory memory, TracedCall traced) {
    MemoryCall call = traced.call();
    boolean executes = (call.a2() & Prot.EXEC) != 0;
    if (executes || traced.failed()) {
      memory.asLogged(traced);
    } else if (Reservations.mapsAnonymous(traced)) {
      MemoryCall placed = call.at(traced.result());
      memory.insist(
          MemoryCall.of(
              SyscallName.MMAP,
              placed.a0(),
              placed.a1(),
              RW,
              placed.a3(),
              placed.a4(),
              placed.a5()));
    } else if (call.call() == SyscallName.MPROTECT && isPlain(memory, call)) {
      memory.omitted();
    } else {
      memory.asLogged(traced);
    }
  }

  /** Whether all of the range is private anonymous memory that is not executable. */
  private static boolean isPlain(ChangedMemory memory, MemoryCall call) {
    long at = call.a0();
    long end = call.a0() + call.a1();
    while (at < end) {
      Vma area = memory.replica().space().lookup(at);
      if (area == null
          || !area.isAnonymous()
          || area.hasAny(VmFlags.SHARED | VmFlags.EXEC | VmFlags.GROWSDOWN)
          || !area.has(VmFlags.WRITE)) {
        return false;
      }
      at = area.end();
    }
    return true;
  }
}
