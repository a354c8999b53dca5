// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import org.jspecify.annotations.Nullable;

/**
 * Joins a range to the VMAs beside it, where {@link MergeRules} let it: a part of a VMA that has
 * changed (mm-semantics 4.2), or a new range (4.3). One tree update each; which VMA keeps its
 * identity is part of the rules. Under the address space's lock.
 */
final class VmaMerger {
  private final Mm mm;

  /** Shows who touches a range without a look at those who do not. */
  private final VmaCursor around;

  VmaMerger(Mm mm) {
    this.mm = mm;
    this.around = mm.tree().cursor();
  }

  /**
   * Joins [start, end) of {@code vma}, under its new flags and attributes, to the neighbours that
   * then match.
   *
   * @return the VMA that covers the range afterwards, or null if it stays apart
   */
  @Nullable Vma changed(Vma vma, long start, long end, long flags, VmaExtras extras)
      throws ErrnoException {
    boolean whole = start == vma.start() && end == vma.end();
    Proposal range =
        new Proposal(start, end, vma.pgoffAt(start), flags, vma.file(), vma.anon(), extras);
    long sticky = mm.kernel().profile().stickyFlags();
    around.moveTo(vma.start());
    Vma previous =
        start == vma.start() && around.previousEnd() == start ? around.peekPrevious() : null;
    Vma next = end == vma.end() && around.nextStart() == end ? around.peekNext() : null;
    boolean left = previous != null && MergeRules.withPrevious(range, previous, sticky) == 0;
    boolean right =
        next != null
            && MergeRules.withNext(range, next, sticky) == 0
            && (!left || previous == null || MergeRules.outerAnonAgree(previous, next));
    if (!left && !right || whole && vma.hasClose()) {
      return null;
    }
    if (left && right && next != null && next.hasClose()) {
      right = false;
    }
    if (left && previous != null) {
      return right && next != null && whole
          ? joinThree(previous, vma, next, flags & sticky)
          : joinLeft(previous, vma, end, flags & sticky);
    }
    return next != null ? joinRight(vma, start, next, flags & sticky) : null;
  }

  private Vma joinThree(Vma previous, Vma vma, Vma next, long sticky) throws ErrnoException {
    AnonVma anon = adopt(previous, next.anon() != null ? next : vma);
    long flags = previous.flags() | sticky | next.flags() & mm.kernel().profile().stickyFlags();
    Vma merged = rebuilt(previous, previous.start(), next.end(), previous.pgoff(), flags, anon);
    mm.tree().replace(previous.start(), next.end(), merged);
    VmaLifecycle.ended(mm, vma);
    VmaLifecycle.ended(mm, next);
    merged.handle().publish(merged);
    return merged;
  }

  private Vma joinLeft(Vma previous, Vma vma, long end, long sticky) throws ErrnoException {
    AnonVma anon = adopt(previous, vma);
    Vma merged =
        rebuilt(previous, previous.start(), end, previous.pgoff(), previous.flags() | sticky, anon);
    if (end == vma.end()) {
      mm.tree().replace(previous.start(), end, merged);
      VmaLifecycle.ended(mm, vma);
    } else {
      mm.cutHugePage(end);
      Vma rest = vma.part(end, vma.end());
      mm.tree().replace(previous.start(), vma.end(), merged, rest);
      rest.handle().publish(rest);
    }
    merged.handle().publish(merged);
    return merged;
  }

  private Vma joinRight(Vma vma, long start, Vma next, long sticky) throws ErrnoException {
    AnonVma anon = adopt(next, vma);
    long pgoff = next.pgoff() - ((next.start() - start) >>> 12);
    Vma merged = rebuilt(next, start, next.end(), pgoff, next.flags() | sticky, anon);
    if (start == vma.start()) {
      mm.tree().replace(start, next.end(), merged);
      VmaLifecycle.ended(mm, vma);
    } else {
      mm.cutHugePage(start);
      Vma rest = vma.part(vma.start(), start);
      mm.tree().replace(vma.start(), next.end(), rest, merged);
      rest.handle().publish(rest);
    }
    merged.handle().publish(merged);
    return merged;
  }

  /** The identity that {@code target} has after swallowing memory of {@code source}. */
  private @Nullable AnonVma adopt(Vma target, Vma source) throws ErrnoException {
    mm.failAt(FailurePlan.Point.TREE_NODE);
    if (target.anon() == null && source.anon() != null) {
      mm.failAt(FailurePlan.Point.ANON_CLONE);
      return source.anon();
    }
    return target.anon();
  }

  private static Vma rebuilt(
      Vma vma, long start, long end, long pgoff, long flags, @Nullable AnonVma anon) {
    return new Vma(
        start, end, pgoff, flags, vma.handle(), vma.file(), anon, vma.ops(), vma.extras());
  }

  /**
   * Joins a new range to its neighbours if the rules allow it (mm-semantics 4.3). VMAs inside the
   * range must have been gathered; they are replaced in the same update.
   *
   * @param proposal the new range; its {@code anon} is that of the VMA it is copied from, or null
   * @param onlyPrevious consider only the VMA below (brk)
   * @return the merged VMA, or null if it stays apart
   * @throws ErrnoException ENOMEM when a step fails on purpose; nothing changed
   */
  @Nullable Vma added(Proposal proposal, boolean onlyPrevious) throws ErrnoException {
    if ((proposal.flags() & VmFlags.SPECIAL) != 0) {
      return null;
    }
    long sticky = mm.kernel().profile().stickyFlags();
    long end = proposal.end();
    around.moveTo(proposal.start());
    Vma previous = around.previousEnd() == proposal.start() ? around.peekPrevious() : null;
    if (around.start() < end) { // what has been gathered
      around.moveTo(end);
    }
    Vma next = !onlyPrevious && around.start() == end ? around.current() : null;
    boolean left = previous != null && MergeRules.withPrevious(proposal, previous, sticky) == 0;
    boolean right =
        next != null
            && MergeRules.withNext(proposal, next, sticky) == 0
            && (!left || previous == null || MergeRules.outerAnonAgree(previous, next));
    if (left && previous != null) {
      boolean swallow = right && next != null && !next.hasClose();
      return grow(previous, previous.start(), previous.pgoff(), proposal, swallow ? next : null);
    }
    return right && next != null
        ? grow(next, proposal.start(), proposal.pgoff(), proposal, null)
        : null;
  }

  private Vma grow(Vma target, long start, long pgoff, Proposal proposal, @Nullable Vma swallowed)
      throws ErrnoException {
    mm.failAt(FailurePlan.Point.TREE_NODE);
    long stickyBits = mm.kernel().profile().stickyFlags();
    long flags = target.flags() | proposal.flags() & stickyBits;
    AnonVma anon = target.anon();
    if (anon == null && swallowed != null) {
      anon = swallowed.anon();
    }
    if (anon == null) {
      anon = proposal.anon();
    }
    if (anon != target.anon()) {
      mm.failAt(FailurePlan.Point.ANON_CLONE);
    }
    long end = Math.max(target.end(), proposal.end());
    if (swallowed != null) {
      flags |= swallowed.flags() & stickyBits;
      end = swallowed.end();
    }
    Vma merged = rebuilt(target, start, end, pgoff, flags, anon);
    mm.tree().replace(start, end, merged);
    if (swallowed != null) {
      VmaLifecycle.ended(mm, swallowed);
    }
    merged.handle().publish(merged);
    return merged;
  }
}
