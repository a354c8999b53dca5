// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import org.jspecify.annotations.Nullable;

/**
 * Changes the VMAs of one address space: split, change a part, merge a new range, take out. Each
 * method publishes with one tree update, or throws and has changed nothing but what its contract
 * says. Rules and survivors' identities: mm-semantics 4.2 to 4.5.
 *
 * <p>Counters of pages are the callers' business; the map count is the tree's size. All under the
 * address space's lock.
 */
public final class VmaEditor {
  private final Mm mm;

  /** Shows who touches a range without a look at those who do not. */
  private final VmaCursor around;

  VmaEditor(Mm mm) {
    this.mm = mm;
    this.around = mm.tree().cursor();
  }

  /** Publishes {@code version} in the place of {@code old}, which has the same extent. */
  public void replace(Vma old, Vma version) {
    tree().replace(old.start(), old.end(), version);
    version.handle().publish(version);
  }

  /** Publishes {@code version}, which is longer than {@code old} by room that is free. */
  public void extend(Vma old, Vma version) {
    tree()
        .replace(
            Math.min(old.start(), version.start()), Math.max(old.end(), version.end()), version);
    version.handle().publish(version);
  }

  /** Publishes a VMA where nothing is, or where only VMAs lie that have been gathered. */
  public void insert(Vma vma) {
    tree().replace(vma.start(), vma.end(), vma);
    vma.handle().publish(vma);
  }

  /** A VMA for the range with a new identity, not yet published. */
  public Vma allocate(
      long start,
      long end,
      long pgoff,
      long flags,
      @Nullable OpenFile file,
      @Nullable AnonVma anon,
      @Nullable VmOperations ops,
      VmaExtras extras)
      throws ErrnoException {
    failAt(FailurePlan.Point.VMA);
    failAt(FailurePlan.Point.TREE_NODE);
    return new Vma(start, end, pgoff, flags, new VmaHandle(), file, anon, ops, extras);
  }

  /**
   * Splits {@code vma} at {@code address}.
   *
   * @param newBelow whether the new identity gets the lower part
   * @param limited whether vm.max_map_count applies (not for what munmap cuts)
   * @return the part that keeps the identity
   * @throws ErrnoException ENOMEM at the limit, or what the VMA's maySplit says; nothing changed
   */
  public Vma split(Vma vma, long address, boolean newBelow, boolean limited) throws ErrnoException {
    allowSplit(vma, address, limited ? mm.mapCount() : -1);
    Vma low = newBelow ? vma.duplicate(vma.start(), address) : vma.part(vma.start(), address);
    Vma high = newBelow ? vma.part(address, vma.end()) : vma.duplicate(address, vma.end());
    Vma fresh = newBelow ? low : high;
    opened(fresh);
    publish(vma, low, high);
    return newBelow ? high : low;
  }

  /**
   * Refuses a split at the map limit or where {@code ops} forbid it.
   *
   * @param mapCount number of VMAs before the split, or -1 if the limit does not apply
   */
  private void allowSplit(Vma vma, long address, int mapCount) throws ErrnoException {
    if (mapCount >= mm.config().maxMapCount()) {
      throw Errno.ENOMEM.failure();
    }
    VmOperations ops = vma.ops();
    if (ops != null) {
      Errno refused = ops.maySplit(vma, address);
      if (refused != null) {
        throw refused.failure();
      }
    }
    failAt(FailurePlan.Point.VMA);
    failAt(FailurePlan.Point.TREE_NODE);
    if (vma.anon() != null) {
      failAt(FailurePlan.Point.ANON_CLONE);
    }
  }

  /**
   * Gives [start, end) inside {@code vma} other flags and rare attributes: joins neighbours that
   * then match, else splits what is left of {@code vma} off (mm-semantics 4.2).
   *
   * @return the VMA that covers the range afterwards
   * @throws ErrnoException as {@link #split}; a head that was split off stays split off
   */
  public Vma modify(Vma vma, long start, long end, long flags, VmaExtras extras)
      throws ErrnoException {
    boolean head = start == vma.start();
    boolean tail = end == vma.end();
    if ((head || tail) && (flags & VmFlags.SPECIAL) == 0) {
      Vma merged = mergeChanged(vma, start, end, flags, extras);
      if (merged != null) {
        return merged;
      }
    }
    Vma below = head ? null : vma.duplicate(vma.start(), start);
    Vma middle = vma;
    if (below != null) {
      allowSplit(vma, start, mm.mapCount());
      opened(below);
      middle = vma.part(start, vma.end());
    }
    Vma above = tail ? null : middle.duplicate(end, vma.end());
    if (above != null) {
      try {
        allowSplit(middle, end, mm.mapCount() + (head ? 0 : 1));
      } catch (ErrnoException refused) {
        if (below != null) {
          publish(vma, below, middle);
        }
        throw refused;
      }
      opened(above);
    }
    Vma changed =
        new Vma(
            start,
            end,
            middle.pgoff(),
            flags,
            middle.handle(),
            middle.file(),
            middle.anon(),
            middle.ops(),
            extras);
    if (below != null && above != null) {
      tree().replace(vma.start(), vma.end(), below, changed, above);
      below.handle().publish(below);
      changed.handle().publish(changed);
      above.handle().publish(above);
    } else if (below != null) {
      publish(vma, below, changed);
    } else if (above != null) {
      publish(vma, changed, above);
    } else {
      replace(vma, changed);
    }
    return changed;
  }

  /** Publishes two VMAs in the place of one. */
  private void publish(Vma vma, Vma low, Vma high) {
    tree().replace(vma.start(), vma.end(), low, high);
    low.handle().publish(low);
    high.handle().publish(high);
  }

  private static void opened(Vma fresh) {
    VmOperations ops = fresh.ops();
    if (ops != null) {
      ops.open(fresh);
    }
  }

  private @Nullable Vma mergeChanged(Vma vma, long start, long end, long flags, VmaExtras extras)
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
    tree().replace(previous.start(), next.end(), merged);
    vma.handle().publish(null);
    next.handle().publish(null);
    merged.handle().publish(merged);
    return merged;
  }

  private Vma joinLeft(Vma previous, Vma vma, long end, long sticky) throws ErrnoException {
    AnonVma anon = adopt(previous, vma);
    Vma merged =
        rebuilt(previous, previous.start(), end, previous.pgoff(), previous.flags() | sticky, anon);
    if (end == vma.end()) {
      tree().replace(previous.start(), end, merged);
      vma.handle().publish(null);
    } else {
      Vma rest = vma.part(end, vma.end());
      tree().replace(previous.start(), vma.end(), merged, rest);
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
      tree().replace(start, next.end(), merged);
      vma.handle().publish(null);
    } else {
      Vma rest = vma.part(vma.start(), start);
      tree().replace(vma.start(), next.end(), rest, merged);
      rest.handle().publish(rest);
    }
    merged.handle().publish(merged);
    return merged;
  }

  /** The identity that {@code target} has after swallowing memory of {@code source}. */
  private @Nullable AnonVma adopt(Vma target, Vma source) throws ErrnoException {
    failAt(FailurePlan.Point.TREE_NODE);
    if (target.anon() == null && source.anon() != null) {
      failAt(FailurePlan.Point.ANON_CLONE);
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
  public @Nullable Vma mergeNew(Proposal proposal, boolean onlyPrevious) throws ErrnoException {
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
    failAt(FailurePlan.Point.TREE_NODE);
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
      failAt(FailurePlan.Point.ANON_CLONE);
    }
    long end = Math.max(target.end(), proposal.end());
    if (swallowed != null) {
      flags |= swallowed.flags() & stickyBits;
      end = swallowed.end();
    }
    Vma merged = rebuilt(target, start, end, pgoff, flags, anon);
    tree().replace(start, end, merged);
    if (swallowed != null) {
      swallowed.handle().publish(null);
    }
    merged.handle().publish(merged);
    return merged;
  }

  private void failAt(FailurePlan.Point point) throws ErrnoException {
    if (mm.kernel().fails(point)) {
      throw Errno.ENOMEM.failure();
    }
  }

  private VmaTree tree() {
    return mm.tree();
  }
}
