// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.trace.evidence.AnonymousPages;
import dev.vmarea.trace.evidence.PageFault;
import dev.vmarea.trace.evidence.StackGrowth;
import dev.vmarea.vma.FaultContext;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Applies what a recording knows besides calls: page faults, anonymous pages found, stacks grown.
 *
 * <p>A fault of unknown kind counts as a write in anonymous private writable memory, which programs
 * hardly ever read first; elsewhere only anonymous pages found later show the write.
 */
final class EvidenceReplay {
  private final Following following;
  private long observed;
  private long seen;
  private long inferred;
  private long grown;
  private long lines;
  private long unanswered;

  EvidenceReplay(Following following) {
    this.following = following;
  }

  void fault(TracedMemory memory, PageFault fault) {
    apply(memory, fault);
    following.noted(memory, fault);
  }

  private void apply(TracedMemory memory, PageFault fault) {
    lines++;
    if (driverAnswered(memory, fault)) {
      return;
    }
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
    if (fresh) {
      observed += sure ? 1 : 0;
      inferred += sure ? 0 : 1;
      written(
          memory,
          fault.address(),
          sure ? ReplayFollower.Write.OBSERVED : ReplayFollower.Write.INFERRED);
    }
  }

  private void written(TracedMemory memory, long address, ReplayFollower.Write how) {
    Vma now = memory.space().lookup(address);
    following.written(memory, now == null ? null : now.anon(), how);
  }

  /** A fault in the mapping of a driver that answers faults puts an entry into the page tables. */
  private boolean driverAnswered(TracedMemory memory, PageFault fault) {
    Vma vma = memory.space().lookup(fault.address());
    VmOperations driver = vma == null ? null : vma.ops();
    if (driver == null || !driver.hasFault()) {
      return false;
    }
    FaultContext.Result result;
    try {
      boolean write = fault.access() == PageFault.Access.WRITE;
      result = memory.space().driverFault(fault.address(), write);
    } catch (ErrnoException refused) {
      result = FaultContext.Result.SIGBUS;
    }
    if (result != FaultContext.Result.NO_PAGE) {
      unanswered++;
    }
    return true;
  }

  /** Faults that the driver of the mapping did not answer with an entry. */
  long unanswered() {
    return unanswered;
  }

  /** An access to {@code address} was refused for its permission. */
  void refusedAccess(TracedMemory memory, long address) {
    growIfBelow(memory, address);
  }

  private void growIfBelow(TracedMemory memory, long address) {
    Vma above = stackAbove(memory, address);
    if (above == null) {
      return;
    }
    try {
      memory.space().growStack(address);
      grown++;
      following.grown(memory, Pages.floor(address));
    } catch (ErrnoException e) {
      // The program got a signal instead.
    }
  }

  // The stack-like area that an access to an address outside all areas would make grow, or null.
  private static @Nullable Vma stackAbove(TracedMemory memory, long address) {
    Vma above = memory.space().mm().tree().find(address);
    boolean grows = above != null && above.start() > address && above.has(VmFlags.GROWSDOWN);
    return grows ? above : null;
  }

  /**
   * Makes an area that is known to have grown reach down to {@code address}. The reasons that would
   * have kept it from growing need not have been there when it grew.
   */
  private void grow(TracedMemory memory, Vma area, long address) {
    Mm mm = memory.space().mm();
    mm.lock().lock();
    try {
      long start = Pages.floor(address);
      long pages = Pages.count(area.start() - start);
      Vma written = mm.anonAssigner().ensure(area);
      mm.counters().map(area.flags(), pages);
      if (area.has(VmFlags.LOCKED)) {
        mm.counters().lock(pages);
      }
      if (area.has(VmFlags.ACCOUNT)) {
        mm.uncharge(-pages);
      }
      mm.editor().extend(written, written.withRange(start, area.end(), written.pgoff() - pages));
    } finally {
      mm.lock().unlock();
    }
    grown++;
    following.grown(memory, Pages.floor(address));
  }

  private static boolean isPrivateWritable(Vma vma) {
    return vma.has(VmFlags.WRITE) && !vma.has(VmFlags.SHARED);
  }

  void anonymousPages(TracedMemory memory, AnonymousPages pages) {
    apply(memory, pages);
    following.noted(memory, pages);
  }

  private void apply(TracedMemory memory, AnonymousPages pages) {
    lines++;
    long at = pages.start();
    while (at < pages.end()) {
      Vma vma = memory.space().mm().tree().find(at);
      if (vma == null || vma.start() >= pages.end()) {
        return;
      }
      if (vma.anon() == null && VmFlags.isCow(vma.flags())) {
        memory.space().assignAnon(Math.max(vma.start(), at));
        written(memory, Math.max(vma.start(), at), ReplayFollower.Write.SEEN);
        seen++;
      }
      at = vma.end();
    }
  }

  /**
   * A call found [start, end) mapped: fills holes in it that lie right below stack-like areas.
   *
   * @return whether there was such a hole
   */
  boolean growBelowStacks(TracedMemory memory, long start, long end) {
    boolean any = false;
    long at = start;
    while (at < end) {
      Vma vma = memory.space().mm().tree().find(at);
      if (vma == null) {
        return any;
      }
      if (vma.start() > at) {
        Vma above = stackAbove(memory, at);
        if (above == null) {
          return any;
        }
        grow(memory, above, at);
        inferred++;
        any = true;
      }
      at = vma.end();
    }
    return any;
  }

  void stackGrowth(TracedMemory memory, StackGrowth growth) {
    apply(memory, growth);
    following.noted(memory, growth);
  }

  private void apply(TracedMemory memory, StackGrowth growth) {
    lines++;
    Vma vma = memory.space().mm().tree().before(growth.end());
    if (vma == null || vma.end() != growth.end() || vma.start() <= growth.newStart()) {
      return;
    }
    Vma below = memory.space().mm().tree().before(growth.newStart());
    Vma inTheWay = memory.space().mm().tree().find(growth.newStart());
    boolean free =
        inTheWay != null
            && inTheWay.start() == vma.start()
            && (below == null || below.end() <= growth.newStart());
    if (free && vma.has(VmFlags.GROWSDOWN)) {
      grow(memory, vma, growth.newStart());
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
