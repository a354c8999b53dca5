// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.evidence.AnonymousPages.Presence;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of one address space, and what waits to be known. Not thread-safe. */
final class AddressSpaceEvidence implements AutoCloseable {
  /** A scan that took longer is not repeated before the VMA is touched by a call. */
  private static final long SLOW_SCAN_NANOS = 500_000;

  /** The processes that use the space, the first of which gives its number to the lines. */
  private final Set<Integer> users = new LinkedHashSet<>();

  private final SpaceView view;
  private final boolean everyFault;
  private final Knowledge knowledge;
  private final GrowingStacks stacks;
  private final FaultQueue queue = new FaultQueue();
  private boolean everythingDue;
  private long programBreak;

  /** A space without knowledge. */
  AddressSpaceEvidence(final int tgid, final SpaceView view, final boolean everyFault) {
    this(tgid, view, everyFault, new Knowledge(), new GrowingStacks());
  }

  private AddressSpaceEvidence(
      final int tgid,
      final SpaceView view,
      final boolean everyFault,
      final Knowledge knowledge,
      final GrowingStacks stacks) {
    this.everyFault = everyFault;
    this.users.add(tgid);
    this.view = view;
    this.knowledge = knowledge;
    this.stacks = stacks;
  }

  /** The copy that a fork child starts with. */
  AddressSpaceEvidence forked(final int child, final SpaceView childView) {
    final AddressSpaceEvidence copy =
        new AddressSpaceEvidence(child, childView, everyFault, knowledge.forked(), stacks.forked());
    copy.programBreak = programBreak;
    return copy;
  }

  /** Where presence comes from. */
  FaultEvidence.PresenceKind presenceKind() {
    return view.pages().kind();
  }

  FaultQueue queue() {
    return queue;
  }

  Knowledge knowledge() {
    return knowledge;
  }

  /** One more process uses this address space. */
  void share(final int user) {
    users.add(user);
  }

  /** One process less; true if none is left. */
  boolean release(final int user) {
    users.remove(user);
    return users.isEmpty();
  }

  /** The oldest process here: a reader knows it before a child's clone has returned. */
  private int tgid() {
    return users.iterator().next();
  }

  /** Fault records were lost: the next look must be at everything. */
  void faultsWereLost() {
    everythingDue = true;
  }

  /** Remembers the stack-like VMA that holds {@code address}, if there is one. */
  void watchStack(final long address) {
    final VmaBounds vma = vmaAt(address);
    if (vma != null) {
      stacks.watch(vma);
    }
  }

  /** Whether a stack-like VMA reaches into [start, end). */
  boolean holdsStack(final long start, final long end) {
    return stacks.reachInto(start, end);
  }

  /** Remembers the VMAs in [start, end) as stack-like. */
  void watchStacks(final long start, final long end) {
    view.vmas().changed();
    stacks.watchAll(start, end, view.vmas());
  }

  /** Takes the stacks as they are, after a call changed the map around them. */
  void takeStacks() {
    view.vmas().changed();
    stacks.take(view.vmas());
  }

  /** The program break, or 0 while it is not known. */
  long programBreak() {
    return programBreak;
  }

  void programBreak(final long value) {
    programBreak = value;
  }

  /** The VMA at {@code address}, or null. */
  @Nullable VmaBounds vmaAt(final long address) {
    view.vmas().changed();
    return view.vmas().at(address);
  }

  /**
   * Writes what happened since the last look: growth first, since a fault below the old start made
   * it.
   */
  void tellFaults(final EvidenceSink sink) {
    view.vmas().changed();
    stacks.tell(tgid(), view.vmas(), sink);
    final FaultReport report = new FaultReport(view, knowledge, tgid(), sink);
    final List<String> all = everyFault ? report.each(queue) : List.of();
    report.tell(queue);
    all.forEach(sink::comment);
  }

  /** Writes presence around the scope of a call that is about to execute. */
  void tellPresence(final CallScope scope, final EvidenceSink sink) {
    if (scope.everything() || everythingDue) {
      everythingDue = false;
      tellPresence(0, Long.MAX_VALUE, sink);
      return;
    }
    if (scope.end() > scope.start()) {
      tellPresence(scope.start() - 1, scope.end() + 1, sink);
    }
    if (scope.otherEnd() > scope.otherStart()) {
      tellPresence(scope.otherStart() - 1, scope.otherEnd() + 1, sink);
    }
  }

  /** Every VMA that overlaps [from, to) and of which something may be learnt. */
  private void tellPresence(final long from, final long to, final EvidenceSink sink) {
    long cursor = Math.max(0, from);
    while (cursor < to) {
      final long quietUntil = knowledge.quietUntil(cursor);
      if (quietUntil >= 0) {
        cursor = quietUntil;
        continue;
      }
      final VmaBounds vma = view.vmas().atOrAbove(cursor);
      if (vma == null || vma.start() >= to) {
        return;
      }
      look(vma, vma.start(), vma.end(), sink);
      cursor = Math.max(vma.end(), cursor + 1);
    }
  }

  /**
   * Writes presence in the neighbours of a mapping whose place was not known before the call. It
   * may have been merged with them meanwhile, so the parts outside it are looked at.
   */
  void tellNeighbours(final long start, final long end, final EvidenceSink sink) {
    if (start > 0 && !knowledge.isSettled(start - 1)) {
      final VmaBounds left = vmaAt(start - 1);
      if (left != null) {
        look(left, left.start(), Math.min(left.end(), start), sink);
      }
    }
    if (!knowledge.isSettled(end)) {
      final VmaBounds right = vmaAt(end);
      if (right != null) {
        look(right, Math.max(right.start(), end), right.end(), sink);
      }
    }
  }

  /** Looks at [start, end) of the VMA; what it finds is said of that range. */
  private void look(
      final VmaBounds vma, final long start, final long end, final EvidenceSink sink) {
    if (vma.shared()) {
      knowledge.settle(start, end);
      return;
    }
    if (knowledge.settleIfKnown(start, end) || knowledge.sleeps(start, end)) {
      return;
    }
    final long begin = System.nanoTime();
    final Presence presence = view.pages().in(vma, start, end);
    if (presence == Presence.PRESENT || presence == Presence.HUGE_ZERO) {
      sink.comment(EvidenceLines.anon(tgid(), start, end));
      knowledge.settle(start, end);
    } else if (getsNoneUnseen(vma, System.nanoTime() - begin)) {
      knowledge.letSleep(start, end);
    }
  }

  /** Whether looking again before a call touches the VMA would find nothing, or cost too much. */
  private boolean getsNoneUnseen(final VmaBounds vma, final long nanos) {
    return vma.writable()
        ? view.faultsSeen() && nanos > SLOW_SCAN_NANOS
        : view.faultsSeen() || !view.huge().mayBeReadIn(vma);
  }

  @Override
  public void close() {
    view.close();
  }
}
