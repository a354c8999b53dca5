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
  private final VmaMerger merger;

  VmaEditor(Mm mm) {
    this.mm = mm;
    this.merger = new VmaMerger(mm);
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

  /**
   * Publishes a VMA where nothing is, or where only VMAs lie that have been gathered, and links it
   * into its file's reverse map. Its references have been taken.
   */
  public void insert(Vma vma) {
    tree().replace(vma.start(), vma.end(), vma);
    VmaLifecycle.published(mm, vma);
  }

  /**
   * Reserves what a new VMA needs, so that {@link #insert} cannot fail.
   *
   * @throws ErrnoException ENOMEM
   */
  public void reserveInsert() throws ErrnoException {
    mm.failAt(FailurePlan.Point.VMA);
    mm.failAt(FailurePlan.Point.TREE_NODE);
  }

  /**
   * A VMA for the range with a new identity, reserved but not yet published; references are the
   * caller's business.
   *
   * @throws ErrnoException ENOMEM
   */
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
    reserveInsert();
    return new Vma(start, end, pgoff, flags, VmaHandle.of(file), file, anon, ops, extras);
  }

  /**
   * Reserves what taking a whole VMA out needs, so that {@link UnmapSet#remove} may stand for an
   * unmapping that must not fail.
   *
   * @throws ErrnoException ENOMEM
   */
  public void reserveRemove() throws ErrnoException {
    mm.failAt(FailurePlan.Point.TREE_NODE);
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
    long end = newBelow ? address : vma.end();
    Vma fresh = VmaLifecycle.copied(mm, vma.duplicate(newBelow ? vma.start() : address, end));
    Vma kept = newBelow ? vma.part(address, vma.end()) : vma.part(vma.start(), address);
    mm.cutHugePage(address);
    if (newBelow) {
      tree().replace(vma.start(), vma.end(), fresh, kept);
    } else {
      tree().replace(vma.start(), vma.end(), kept, fresh);
    }
    kept.handle().publish(kept);
    VmaLifecycle.published(mm, fresh);
    return kept;
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
      Errno refused = mm.lock().inHook(() -> ops.maySplit(vma, address));
      if (refused != null) {
        throw refused.failure();
      }
    }
    mm.failAt(FailurePlan.Point.VMA);
    mm.failAt(FailurePlan.Point.TREE_NODE);
    if (vma.anon() != null) {
      mm.failAt(FailurePlan.Point.ANON_CLONE);
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
      Vma merged = merger.changed(vma, start, end, flags, extras);
      if (merged != null) {
        return merged;
      }
    }
    Vma below = head ? null : vma.duplicate(vma.start(), start);
    Vma middle = vma;
    if (below != null) {
      allowSplit(vma, start, mm.mapCount());
      below = VmaLifecycle.copied(mm, below);
      mm.cutHugePage(start);
      middle = vma.part(start, vma.end());
    }
    Vma above = tail ? null : middle.duplicate(end, vma.end());
    if (above != null) {
      try {
        allowSplit(middle, end, mm.mapCount() + (head ? 0 : 1));
      } catch (ErrnoException refused) {
        if (below != null) {
          tree().replace(vma.start(), vma.end(), below, middle);
          middle.handle().publish(middle);
          VmaLifecycle.published(mm, below);
        }
        throw refused;
      }
      above = VmaLifecycle.copied(mm, above);
      mm.cutHugePage(end);
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
    } else if (below != null) {
      tree().replace(vma.start(), vma.end(), below, changed);
    } else if (above != null) {
      tree().replace(vma.start(), vma.end(), changed, above);
    } else {
      tree().replace(vma.start(), vma.end(), changed);
    }
    changed.handle().publish(changed);
    if (below != null) {
      VmaLifecycle.published(mm, below);
    }
    if (above != null) {
      VmaLifecycle.published(mm, above);
    }
    return changed;
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
    return merger.added(proposal, onlyPrevious);
  }

  private VmaTree tree() {
    return mm.tree();
  }
}
