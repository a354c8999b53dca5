// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.trace.evidence.AnonymousPages;
import dev.vmarea.trace.evidence.PageFault;
import dev.vmarea.trace.evidence.StackGrowth;
import dev.vmarea.vma.Vma;

/**
 * Applies what a recording knows besides calls: page faults, anonymous pages found, stacks grown.
 *
 * <p>A fault of unknown kind counts as a write in anonymous private writable memory, which programs
 * hardly ever read first; elsewhere only anonymous pages found later show the write.
 */
final class EvidenceReplay {
  private long observed;
  private long seen;
  private long inferred;
  private long grown;
  private long lines;

  void fault(TracedMemory memory, PageFault fault) {
    lines++;
    if (fault.access() == PageFault.Access.READ) {
      // May still be what made a stack grow.
      growIfBelow(memory, fault.address());
      return;
    }
    growIfBelow(memory, fault.address());
    Vma vma = memory.space().lookup(fault.address());
    if (vma == null || !isPrivateWritable(vma)) {
      return;
    }
    boolean sure = fault.access() == PageFault.Access.WRITE;
    if (!sure && !vma.isAnonymous()) {
      return;
    }
    boolean fresh = vma.anon() == null;
    memory.space().assignAnon(fault.address());
    if (fresh && sure) {
      observed++;
    } else if (fresh) {
      inferred++;
    }
  }

  /** An access to {@code address} was refused for its permission. */
  void refusedAccess(TracedMemory memory, long address) {
    growIfBelow(memory, address);
  }

  private void growIfBelow(TracedMemory memory, long address) {
    if (memory.space().lookup(address) != null) {
      return;
    }
    Vma above = memory.space().mm().tree().find(address);
    if (above == null || !above.has(VmFlags.GROWSDOWN)) {
      return;
    }
    try {
      memory.space().growStack(address);
      grown++;
    } catch (ErrnoException e) {
      // The program got a signal instead.
    }
  }

  private static boolean isPrivateWritable(Vma vma) {
    return vma.has(VmFlags.WRITE) && !vma.has(VmFlags.SHARED);
  }

  void anonymousPages(TracedMemory memory, AnonymousPages pages) {
    lines++;
    long at = pages.start();
    while (at < pages.end()) {
      Vma vma = memory.space().mm().tree().find(at);
      if (vma == null || vma.start() >= pages.end()) {
        return;
      }
      if (vma.anon() == null && VmFlags.isCow(vma.flags())) {
        memory.space().assignAnon(Math.max(vma.start(), at));
        seen++;
      }
      at = vma.end();
    }
  }

  void stackGrowth(TracedMemory memory, StackGrowth growth) {
    lines++;
    Vma vma = memory.space().mm().tree().before(growth.end());
    if (vma == null || vma.end() != growth.end() || vma.start() <= growth.newStart()) {
      return;
    }
    try {
      memory.space().growStack(growth.newStart());
      grown++;
    } catch (ErrnoException e) {
      // Shows in the comparison of the final maps.
    }
  }

  /** The final map showed {@code boundaries} that only the history of writes explains. */
  void inferredBoundaries(int boundaries) {
    inferred += boundaries;
  }

  /** The log has evidence even if no line of it was needed. */
  void recorded() {
    lines++;
  }

  boolean isRecorded() {
    return lines > 0;
  }

  EvidenceSummary summary() {
    return new EvidenceSummary(observed, seen, inferred, grown, lines > 0);
  }
}
