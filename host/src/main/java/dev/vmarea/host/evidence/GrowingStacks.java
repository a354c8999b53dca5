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

  /** Whether a stack known lies in [start, end), wholly or partly. */
  boolean overlaps(final long start, final long end) {
    return stacks.stream().anyMatch(stack -> stack.start < end && start < stack.end);
  }

  /**
   * Takes what is there now, after a call changed the map: the call may have cut a stack in pieces,
   * each of which grows by itself. What was mapped over a stack is watched too, since nothing tells
   * it apart here, and does no harm: it does not grow.
   */
  void take(final VmaLookup vmas) {
    final List<Stack> known = List.copyOf(stacks);
    stacks.clear();
    for (final Stack stack : known) {
      long cursor = stack.start;
      while (cursor < stack.end) {
        final VmaBounds vma = vmas.atOrAbove(cursor);
        if (vma == null || vma.start() >= stack.end) {
          break;
        }
        watch(vma);
        cursor = vma.end();
      }
    }
  }
}
