// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The VMAs of an address space, in order of address: a copy-on-write B+tree. Reads take no lock and
 * may come from any thread; changes, gap searches, {@link #snapshot} and {@link #verify} belong to
 * one writer at a time, under the caller's lock.
 *
 * <h2>How it is kept</h2>
 *
 * Keys are ends. An inner node holds, for every child but the last, exactly the end of the last VMA
 * below that child. Keys never change in place; a change makes a new leaf and publishes it by one
 * release store of a child slot, into the deepest node that the writer owns (made since the last
 * snapshot) and whose keys stay right; whatever lies between is copied. A change that spans leaves
 * is put together in private and published by one store of the root. A VMA is replaced in place
 * only by a version with the same range.
 *
 * <h2>Why a lookup beside the writer is right</h2>
 *
 * <ol>
 *   <li>All versions of the subtree under one slot of one node end at the same address, the slot's
 *       key. The last slot has no key: what it may end at is bounded by an ancestor's key, and only
 *       on the right edge of the tree, where no ancestor has one, may its end change in place.
 *   <li>So when a lookup has found the first key above the address, the VMA it looks for lies below
 *       that slot, whichever version of the subtree it meets there: the subtree's last VMA ends at
 *       that key, above the address, and everything below earlier slots ends at or below the
 *       address. It never has to go on to the next leaf, so a leaf being replaced there cannot
 *       mislead it. On the right edge "none" is an answer, not a dead end.
 *   <li>The writer never stores a child into a node after it has been replaced. A lookup that
 *       stands in a replaced node therefore sees the state at the moment of the replacement, one
 *       that stands in a living node the present one. Either is a state of the tree during the
 *       lookup: it is linearisable.
 *   <li>A search for the predecessor may need two neighbouring leaves. It reads the right one, then
 *       the left one, then makes sure by a new descent that the right one is still in the tree
 *       (leaves never come back, so it was there all the time), else it starts again.
 * </ol>
 *
 * Owned nodes have owned ancestors only, since making a node copies the path to the deepest owned
 * node. The gap summaries in inner nodes are read and written by the writer alone.
 */
public final class VmaTree implements VmaLayout {
  private static final VarHandle SIZE;

  static {
    try {
      SIZE = MethodHandles.lookup().findVarHandle(VmaTree.class, "size", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile TreeRoot root = TreeRoot.EMPTY;

  @SuppressWarnings("UnusedVariable") // through SIZE
  private int size;

  private final TreeEditor editor;
  private final Vma[] argument = new Vma[3];
  private @Nullable LayoutChanges watcher;

  /** An empty tree. */
  public VmaTree() {
    this(vma -> {});
  }

  /**
   * An empty tree.
   *
   * @param beforeChange told each VMA that is about to leave the tree or to come into it
   */
  public VmaTree(Consumer<? super Vma> beforeChange) {
    editor = new TreeEditor(this, beforeChange);
  }

  /** Who is told of each change before it is made, or null. Writer only. */
  void watch(@Nullable LayoutChanges changes) {
    watcher = changes;
  }

  TreeRoot published() {
    return root;
  }

  void publish(TreeRoot newRoot) {
    root = newRoot;
  }

  @Override
  public @Nullable Vma find(long address) {
    return TreeLookup.find(root, address);
  }

  @Override
  public @Nullable Vma lookup(long address) {
    return TreeLookup.overlap(root, address, address + 1);
  }

  @Override
  public @Nullable Vma overlap(long from, long to) {
    return TreeLookup.overlap(root, from, to);
  }

  @Override
  public int size() {
    return (int) SIZE.getAcquire(this);
  }

  /** Takes out every VMA in [{@code from}, {@code to}); none may straddle an edge. Writer only. */
  public void remove(long from, long to) {
    replace(from, to, argument, 0);
  }

  /**
   * Takes out every VMA in [{@code from}, {@code to}), none of which may straddle an edge, and puts
   * in {@code vma}, which lies in that range; readers see all of it or nothing. Writer only.
   */
  public void replace(long from, long to, Vma vma) {
    argument[0] = vma;
    replace(from, to, argument, 1);
  }

  /** Like {@link #replace(long, long, Vma)} with two VMAs in order of address. Writer only. */
  public void replace(long from, long to, Vma first, Vma second) {
    argument[0] = first;
    argument[1] = second;
    replace(from, to, argument, 2);
  }

  /** Like {@link #replace(long, long, Vma)} with three VMAs in order of address. Writer only. */
  public void replace(long from, long to, Vma first, Vma second, Vma third) {
    argument[0] = first;
    argument[1] = second;
    argument[2] = third;
    replace(from, to, argument, 3);
  }

  /** Like {@link #replace(long, long, Vma)} with any number of VMAs in order. Writer only. */
  public void replace(long from, long to, Vma... vmas) {
    replace(from, to, vmas, vmas.length);
  }

  private void replace(long from, long to, Vma[] vmas, int count) {
    assert editor.accepts(from, to, vmas, count);
    if (watcher != null) {
      watcher.replacing(this, from, to, vmas, count);
    }
    int delta = editor.replace(from, to, vmas, count);
    if (delta != 0) {
      SIZE.setRelease(this, size + delta);
    }
  }

  /**
   * The highest free interval of at least {@code bytes} inside [{@code low}, {@code high}): its
   * <em>end</em>, or -1. Only the part inside counts. Writer only.
   */
  public long findGapBelow(long low, long high, long bytes) {
    return TreeGaps.below(root, low, high, bytes);
  }

  /**
   * The lowest free interval of at least {@code bytes} inside [{@code low}, {@code high}): its
   * <em>start</em>, or -1. Only the part inside counts. Writer only.
   */
  public long findGapAbove(long low, long high, long bytes) {
    return TreeGaps.above(root, low, high, bytes);
  }

  /** The VMAs as they are now, in constant time. Writer only. */
  public VmaSnapshot snapshot() {
    editor.disown();
    return new VmaSnapshot(root, size());
  }

  /**
   * Checks order, separators, fill, depth, count, gap summaries and ownership. Writer only.
   *
   * @throws IllegalStateException naming the broken invariant and the place
   */
  public void verify() {
    TreeInvariants.check(root, size());
    editor.checkOwnership();
  }
}
