// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.evidence.AnonymousPages.Presence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one address space, and what waits to be known.
 *
 * <p>The idea that keeps it cheap: once a VMA is known to have an anon_vma (or is shared, so that
 * it never matters), nothing more is to be learnt of its addresses until they are mapped anew. They
 * are <em>settled</em>. A VMA is settled if any of its addresses is, since what has an anon_vma
 * keeps it through splits and merges. Forgetting is always safe: it costs a line that says nothing
 * new.
 *
 * <p>Not thread-safe.
 */
final class AddressSpaceEvidence implements AutoCloseable {
  /** A scan that took longer is not repeated before the VMA is touched by a call. */
  private static final long SLOW_SCAN_NANOS = 500_000;

  private final RangeSet settled;

  /** Without anonymous pages when last looked at, and cannot get any unseen. */
  private final RangeSet dormant = new RangeSet();

  /** Mappings that a fork child gets without their anon_vma. */
  private final RangeSet wipedOnFork;

  private final List<GrowingStack> stacks = new ArrayList<>();
  private final FaultQueue queue = new FaultQueue();
  private final VmaLookup vmas;
  private final AnonymousPages pages;
  private final HugePages huge;
  private final long pageSize;
  private final boolean faultsSeen;

  /** The processes that use the space, the first of which gives its number to the lines. */
  private final Set<Integer> users = new LinkedHashSet<>();

  private boolean everythingDue;
  private long brk;

  /**
   * A space without knowledge.
   *
   * @param faultsSeen true if there is a stream of faults, so that presence only completes it
   */
  AddressSpaceEvidence(
      final int tgid,
      final VmaLookup vmas,
      final AnonymousPages pages,
      final HugePages huge,
      final long pageSize,
      final boolean faultsSeen) {
    this(tgid, vmas, pages, huge, pageSize, faultsSeen, new RangeSet(), new RangeSet());
  }

  private AddressSpaceEvidence(
      final int tgid,
      final VmaLookup vmas,
      final AnonymousPages pages,
      final HugePages huge,
      final long pageSize,
      final boolean faultsSeen,
      final RangeSet settled,
      final RangeSet wipedOnFork) {
    this.users.add(tgid);
    this.vmas = vmas;
    this.pages = pages;
    this.huge = huge;
    this.pageSize = pageSize;
    this.faultsSeen = faultsSeen;
    this.settled = settled;
    this.wipedOnFork = wipedOnFork;
  }

  /** A stack-like VMA: its end and its lowest known start. */
  private static final class GrowingStack {
    private long start;
    private final long end;

    GrowingStack(final long start, final long end) {
      this.start = start;
      this.end = end;
    }
  }

  /** The copy that a fork child starts with. */
  AddressSpaceEvidence forked(
      final int child, final VmaLookup childVmas, final AnonymousPages childPages) {
    final RangeSet inherited = new RangeSet(settled);
    inherited.removeAll(wipedOnFork);
    final AddressSpaceEvidence copy =
        new AddressSpaceEvidence(
            child,
            childVmas,
            childPages,
            huge,
            pageSize,
            faultsSeen,
            inherited,
            new RangeSet(wipedOnFork));
    copy.brk = brk;
    for (final GrowingStack stack : stacks) {
      copy.stacks.add(new GrowingStack(stack.start, stack.end));
    }
    return copy;
  }

  FaultQueue queue() {
    return queue;
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
    final VmaBounds vma = vmas.at(address);
    if (vma != null) {
      stacks.removeIf(known -> known.end == vma.end());
      stacks.add(new GrowingStack(vma.start(), vma.end()));
    }
  }

  /** The program break, or 0 while it is not known. */
  long programBreak() {
    return brk;
  }

  void programBreak(final long value) {
    brk = value;
  }

  /**
   * Writes what happened since the last look: growth first, since a fault below the old start made
   * it.
   */
  void tellFaults(final EvidenceSink sink) {
    vmas.changed();
    tellGrowth(sink);
    queue.sort();
    queue.dropRepeated(pageSize);
    final Skip skip = new Skip();
    final Skip skipReads = new Skip();
    for (int i = 0; i < queue.size(); i++) {
      final long address = queue.address(i);
      final int kind = queue.kind(i);
      if (settled.contains(address)
          || skip.has(address)
          || (kind == FaultQueue.READ && skipReads.has(address))) {
        continue;
      }
      final VmaBounds vma = vmas.at(address);
      if (vma == null) {
        continue; // a bad access, or unmapped by a call that ran beside
      }
      if (vma.shared() || settled.intersects(vma.start(), vma.end())) {
        settled.add(vma.start(), vma.end());
      } else if (kind == FaultQueue.WRITE) {
        tellWrite(vma, address, sink);
      } else if (!huge.mayBeReadIn(vma) && (kind == FaultQueue.READ || !vma.writable())) {
        (kind == FaultQueue.READ ? skipReads : skip).set(vma.start(), vma.end());
      } else if (kind == FaultQueue.UNKNOWN) {
        tellUnknown(vma, address, skip, sink);
      } else {
        tellRead(vma, address, sink);
        skipReads.set(huge.block(address), huge.block(address) + huge.size());
      }
    }
    queue.clear();
  }

  /** A range in which further faults say no more. */
  private static final class Skip {
    private long start;
    private long end;

    boolean has(final long address) {
      return address >= start && address < end;
    }

    void set(final long newStart, final long newEnd) {
      start = newStart;
      end = newEnd;
    }
  }

  private void tellWrite(final VmaBounds vma, final long address, final EvidenceSink sink) {
    if (vma.writable()) {
      sink.comment(line("fault") + "0x" + Long.toHexString(address) + " w");
      settled.add(vma.start(), vma.end());
    }
  }

  /** A read where huge pages may be mapped: whether one was, only presence can tell. */
  private void tellRead(final VmaBounds vma, final long address, final EvidenceSink sink) {
    final Presence presence =
        huge.mayBeReadAt(vma, address) ? pageAt(vma, address) : Presence.ABSENT;
    if (presence == Presence.PRESENT || presence == Presence.HUGE_ZERO) {
      tellAnonymous(vma.start(), vma.end(), sink);
    }
  }

  private void tellUnknown(
      final VmaBounds vma, final long address, final Skip skip, final EvidenceSink sink) {
    switch (pageAt(vma, address)) {
      case PRESENT -> {
        if (vma.writable()) {
          tellWrite(vma, address, sink);
        } else {
          tellAnonymous(vma.start(), vma.end(), sink);
        }
      }
      case HUGE_ZERO -> tellAnonymous(vma.start(), vma.end(), sink);
      case ABSENT -> {
        // a read, or gone again
      }
      case UNKNOWN -> {
        if (vma.writable()) {
          sink.comment(line("fault") + "0x" + Long.toHexString(address) + " ?");
        }
        skip.set(vma.start(), vma.end());
      }
    }
  }

  private Presence pageAt(final VmaBounds vma, final long address) {
    final long page = address & -pageSize;
    return pages.in(vma, page, page + pageSize);
  }

  private void tellAnonymous(final long start, final long end, final EvidenceSink sink) {
    sink.comment(line("anon") + "0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end));
    settled.add(start, end);
  }

  private String line(final String kind) {
    return "# vmarea " + kind + " " + tgid() + " ";
  }

  private void tellGrowth(final EvidenceSink sink) {
    for (final Iterator<GrowingStack> it = stacks.iterator(); it.hasNext(); ) {
      final GrowingStack stack = it.next();
      final VmaBounds vma = vmas.at(stack.start);
      if (vma == null) {
        it.remove();
      } else if (vma.start() < stack.start) {
        stack.start = vma.start();
        sink.comment(
            line("grow")
                + "0x"
                + Long.toHexString(vma.start())
                + " 0x"
                + Long.toHexString(vma.end()));
      }
    }
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

  /** Every VMA that overlaps [from, to) and is not settled. */
  private void tellPresence(final long from, final long to, final EvidenceSink sink) {
    long cursor = Math.max(0, from);
    while (cursor < to) {
      final long knownEnd = Math.max(settled.endOfRangeAt(cursor), dormant.endOfRangeAt(cursor));
      if (knownEnd >= 0) {
        cursor = knownEnd;
        continue;
      }
      final VmaBounds vma = vmas.atOrAbove(cursor);
      if (vma == null || vma.start() >= to) {
        return;
      }
      look(vma, vma.start(), vma.end(), sink);
      cursor = Math.max(vma.end(), cursor + 1);
    }
  }

  /** Looks at [start, end) of the VMA; what it finds is said of that range. */
  private void look(
      final VmaBounds vma, final long start, final long end, final EvidenceSink sink) {
    if (vma.shared() || settled.intersects(start, end)) {
      settled.add(start, end);
      return;
    }
    if (dormant.containsAll(start, end)) {
      return;
    }
    final long begin = System.nanoTime();
    final Presence presence = pages.in(vma, start, end);
    if (presence == Presence.PRESENT || presence == Presence.HUGE_ZERO) {
      tellAnonymous(start, end, sink);
    } else if (vma.writable()
        ? faultsSeen && System.nanoTime() - begin > SLOW_SCAN_NANOS
        : faultsSeen || !huge.mayBeReadIn(vma)) {
      dormant.add(start, end);
    }
  }

  /**
   * Writes presence in the neighbours of a mapping whose place was not known before the call. It
   * may have been merged with them meanwhile, so the parts outside it are looked at.
   */
  void tellNeighbours(final long start, final long end, final EvidenceSink sink) {
    vmas.changed();
    if (start > 0 && !settled.contains(start - 1)) {
      final VmaBounds left = vmas.at(start - 1);
      if (left != null) {
        look(left, left.start(), Math.min(left.end(), start), sink);
      }
    }
    if (!settled.contains(end)) {
      final VmaBounds right = vmas.at(end);
      if (right != null) {
        look(right, Math.max(right.start(), end), right.end(), sink);
      }
    }
  }

  /** [start, end) may be something else now. */
  void replaced(final long start, final long end) {
    settled.remove(start, end);
    dormant.remove(start, end);
    wipedOnFork.remove(start, end);
  }

  /** The rights or the kind of [start, end) may have changed. */
  void touched(final long start, final long end) {
    dormant.remove(start, end);
  }

  /** What begins at {@code address} was unmapped; how long it was is not known. */
  void unmappedFrom(final long address) {
    final long end = settled.endOfRangeAt(address);
    if (end > address) {
      replaced(address, end);
    }
  }

  /** The range is (or is no longer) given to children without its content. */
  void wipeOnFork(final long start, final long end, final boolean wipe) {
    if (wipe) {
      wipedOnFork.add(start, end);
    } else {
      wipedOnFork.remove(start, end);
    }
  }

  /** The VMA at {@code address}, or null. */
  @Nullable VmaBounds vmaAt(final long address) {
    vmas.changed();
    return vmas.at(address);
  }

  /** Takes the starts of the stacks as they are, after a call changed the map around them. */
  void takeStacks() {
    for (final GrowingStack stack : stacks) {
      final VmaBounds vma = vmas.at(stack.start);
      if (vma != null) {
        stack.start = vma.start();
      }
    }
  }

  @Override
  public void close() {
    vmas.close();
    pages.close();
  }
}
