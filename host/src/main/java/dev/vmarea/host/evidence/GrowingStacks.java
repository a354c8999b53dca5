// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The stack-like VMAs of one address space, to see when they grow. Not thread-safe. */
final class GrowingStacks {
  private final List<Stack> stacks = new ArrayList<>();

  private static final class Stack {
    private long start;
    private final long end;

    Stack(final long start, final long end) {
      this.start = start;
      this.end = end;
    }
  }

  /** Those that a fork child starts with. */
  GrowingStacks forked() {
    final GrowingStacks copy = new GrowingStacks();
    stacks.forEach(stack -> copy.stacks.add(new Stack(stack.start, stack.end)));
    return copy;
  }

  /** Remembers a stack as it is now. */
  void watch(final VmaBounds vma) {
    stacks.removeIf(known -> known.end == vma.end());
    stacks.add(new Stack(vma.start(), vma.end()));
  }

  /** Writes those that start lower than last time; those that are gone are forgotten. */
  void tell(final int tgid, final VmaLookup vmas, final EvidenceSink sink) {
    for (final Iterator<Stack> it = stacks.iterator(); it.hasNext(); ) {
      final Stack stack = it.next();
      final VmaBounds vma = vmas.at(stack.start);
      if (vma == null) {
        it.remove();
      } else if (vma.start() < stack.start) {
        stack.start = vma.start();
        sink.comment(EvidenceLines.grow(tgid, vma.start(), vma.end()));
      }
    }
  }

  /** Whether one of them reaches into [start, end). */
  boolean reachInto(final long start, final long end) {
    return stacks.stream().anyMatch(stack -> stack.start < end && start < stack.end);
  }

  /**
   * Takes them as they are, after a call changed the map around them: what a call left of a stack
   * may be several pieces, and each may grow. A piece that is no stack any more does no harm: it
   * begins elsewhere only after a call, and then it is taken again.
   */
  void take(final VmaLookup vmas) {
    final List<Stack> known = List.copyOf(stacks);
    stacks.clear();
    for (final Stack stack : known) {
      watchAll(stack.start, stack.end, vmas);
    }
  }

  /** Remembers every VMA that overlaps [start, end). */
  void watchAll(final long start, final long end, final VmaLookup vmas) {
    VmaBounds vma = vmas.atOrAbove(start);
    while (vma != null && vma.start() < end) {
      watch(vma);
      vma = vmas.atOrAbove(vma.end());
    }
  }
}
