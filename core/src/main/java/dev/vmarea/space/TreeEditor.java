// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The writer's side of {@link VmaTree}: changes one leaf at a time, carries the new leaf up to
 * where one store publishes it, and keeps the gap summaries right.
 */
final class TreeEditor {
  private static final int MAX_HEIGHT = 24;

  private final VmaTree tree;
  private final Consumer<? super Vma> beforeChange;
  private TreeEpoch epoch = new TreeEpoch(1);

  /** Nodes up to this epoch belong to a snapshot (or to the public, while working in private). */
  private long frozen;

  /** While a change that spans leaves is put together: nothing is published. */
  private boolean inPrivate;

  private Object[] root = TreeRoot.EMPTY.node();
  private int height;

  /** The way down to the leaf at {@code path[height]}; {@code indexes[d]} leads to the next one. */
  private final Object[][] path = new Object[MAX_HEIGHT][];

  private final int[] indexes = new int[MAX_HEIGHT];

  /** The keys of the leaf at the end of the path. */
  private long[] block = TreeNode.keys(root);

  /** The last VMA that was inserted where there was none, to recognise runs. */
  private long insertedStart = -1;

  private long insertedEnd = -1;

  private final TreeReshaper reshaper = new TreeReshaper();

  TreeEditor(VmaTree tree, Consumer<? super Vma> beforeChange) {
    this.tree = tree;
    this.beforeChange = beforeChange;
  }

  /** For assertions: whether the arguments of a change keep its preconditions. */
  boolean accepts(long from, long to, Vma[] vmas, int count) {
    long previous = from;
    for (int i = 0; i < count; i++) {
      if (vmas[i].start() < previous || vmas[i].end() <= vmas[i].start()) {
        return false;
      }
      previous = vmas[i].end();
    }
    Vma atStart = tree.lookup(from);
    Vma atEnd = tree.before(to);
    return previous <= to
        && (atStart == null || atStart.start() == from)
        && (atEnd == null || atEnd.end() <= to);
  }

  /** Ends the ownership of all nodes. */
  void disown() {
    frozen = epoch.number();
    epoch = epoch.next();
  }

  /** Performs a change and returns by how much the number of VMAs grew. */
  int replace(long from, long to, Vma[] vmas, int count) {
    descend(from);
    int n = block.length >>> 1;
    int low = TreeNode.leafIndex(block, from);
    int high = low;
    while (high < n && block[n + high] < to) {
      high++;
    }
    if (high == n && nextFirst() < to) {
      return replaceSpanning(from, to, vmas, count);
    }
    edit(low, high, vmas, count);
    if (count == 1 && low == high) {
      insertedStart = vmas[0].start();
      insertedEnd = vmas[0].end();
    }
    return count - (high - low);
  }

  /** Leaf by leaf in private, then published at once. */
  private int replaceSpanning(long from, long to, Vma[] vmas, int count) {
    long publicFrozen = frozen;
    frozen = epoch.number();
    epoch = epoch.next();
    inPrivate = true;
    int delta = count;
    boolean more = true;
    while (more) {
      descend(from);
      int n = block.length >>> 1;
      int low = TreeNode.leafIndex(block, from);
      int high = low;
      while (high < n && block[n + high] < to) {
        high++;
      }
      more = high == n && nextFirst() < to;
      delta -= high - low;
      edit(low, high, vmas, more ? 0 : count);
    }
    inPrivate = false;
    frozen = publicFrozen;
    tree.publish(new TreeRoot(root, height));
    Arrays.fill(path, null);
    return delta;
  }

  private void descend(long address) {
    Object[] node = root;
    long[] keys = TreeNode.keys(node);
    for (int depth = 0; depth < height; depth++) {
      int index = TreeNode.index(keys, keys.length, address);
      path[depth] = node;
      indexes[depth] = index;
      keys = TreeNode.hint(node, index); // the writer's are never stale
      node = TreeNode.child(node, index);
    }
    path[height] = node;
    block = keys;
  }

  /** Start of the first VMA after the leaf at the end of the path, or the greatest address. */
  private long nextFirst() {
    for (int depth = height - 1; depth >= 0; depth--) {
      int next = indexes[depth] + 1;
      if (next < TreeNode.innerCount(path[depth])) {
        return TreeNode.summary(path[depth])[next];
      }
    }
    return Long.MAX_VALUE;
  }

  private boolean owned(Object[] node) {
    return TreeNode.epoch(node).number() > frozen;
  }

  /** Whether no ancestor of the node at {@code depth} on the path holds a key for its end. */
  private boolean onRightEdge(int depth) {
    for (int d = 0; d < depth; d++) {
      if (indexes[d] + 1 < TreeNode.innerCount(path[d])) {
        return false;
      }
    }
    return true;
  }

  /** Replaces the VMAs [low, high) of the leaf at the end of the path. */
  private void edit(int low, int high, Vma[] vmas, int count) {
    Object[] leaf = path[height];
    int n = block.length >>> 1;
    for (int i = low; i < high; i++) {
      beforeChange.accept(TreeNode.vma(leaf, i));
    }
    for (int i = 0; i < count; i++) {
      beforeChange.accept(vmas[i]);
    }
    if (count == 1
        && high - low == 1
        && block[low] == vmas[0].end()
        && block[n + low] == vmas[0].start()
        && owned(leaf)) {
      TreeNode.storeVma(leaf, low, vmas[0]);
      return;
    }
    if (count == 0 && low == high) {
      return;
    }
    int size = n - (high - low) + count;
    if (height == 0 ? size > TreeNode.capacity(true) : TreeReshaper.outOfBounds(size, n, true)) {
      reshape(low, high, vmas, count);
      return;
    }
    long[] newBlock = new long[2 * size];
    Object[] newLeaf = TreeNode.newLeaf(newBlock, epoch, size);
    int tail = n - high;
    System.arraycopy(block, 0, newBlock, 0, low);
    System.arraycopy(block, n, newBlock, size, low);
    System.arraycopy(block, high, newBlock, low + count, tail);
    System.arraycopy(block, n + high, newBlock, size + low + count, tail);
    TreeNode.fillLeaf(newLeaf, leaf, low, high, count);
    for (int i = 0; i < count; i++) {
      newBlock[low + i] = vmas[i].end();
      newBlock[size + low + i] = vmas[i].start();
      TreeNode.initVma(newLeaf, low + i, vmas[i]);
    }
    if (height == 0) {
      setRoot(newLeaf, 0);
      return;
    }
    carry(
        newLeaf,
        height,
        block[n - 1],
        newBlock[size],
        newBlock[size - 1],
        TreeNode.leafGap(newBlock, size));
  }

  /**
   * Puts {@code node} in the place of the node at {@code depth} of the path, and publishes it.
   *
   * @param oldLast end of the last VMA below the old node
   * @param first start of the first VMA below the new node
   * @param last end of the last VMA below the new node
   * @param gap longest gap below the new node
   */
  private void carry(Object[] node, int depth, long oldLast, long first, long last, long gap) {
    long replacedLast = oldLast;
    long newFirst = first;
    long newLast = last;
    long newGap = gap;
    Object[] replacement = node;
    for (int d = depth - 1; d >= 0; d--) {
      Object[] parent = path[d];
      int index = indexes[d];
      long[] keys = TreeNode.keys(parent);
      boolean keyed = index < keys.length;
      boolean sameEnd = newLast == replacedLast;
      if (owned(parent) && (sameEnd || (!keyed && onRightEdge(d)))) {
        TreeNode.storeChild(parent, index, replacement);
        summarise(d, newFirst, newLast, newGap);
        return;
      }
      if (keyed && !sameEnd) {
        keys = keys.clone();
        keys[index] = newLast;
      }
      long[] summary = TreeNode.summary(parent).clone();
      int n = keys.length + 1;
      summary[index] = newFirst;
      summary[n + index] = newGap;
      if (keyed) {
        newLast = summary[2 * n];
        replacedLast = newLast;
      } else {
        summary[2 * n] = newLast;
      }
      replacement = TreeNode.copyInner(parent, keys, epoch, summary, index, replacement);
      newFirst = summary[0];
      newGap = TreeNode.innerGap(keys, summary);
    }
    setRoot(replacement, height);
  }

  /** Corrects the summaries above a child just stored into the node at {@code depth}. */
  private void summarise(int depth, long first, long last, long gap) {
    long newFirst = first;
    long newLast = last;
    long newGap = gap;
    for (int d = depth; d >= 0; d--) {
      Object[] node = path[d];
      long[] summary = TreeNode.summary(node);
      long[] keys = TreeNode.keys(node);
      int n = keys.length + 1;
      int index = indexes[d];
      boolean same = summary[index] == newFirst && summary[n + index] == newGap;
      summary[index] = newFirst;
      summary[n + index] = newGap;
      if (index == n - 1 && summary[2 * n] != newLast) {
        summary[2 * n] = newLast;
        same = false;
      }
      if (same) {
        return;
      }
      newLast = summary[2 * n];
      newFirst = summary[0];
      newGap = TreeNode.innerGap(keys, summary);
    }
  }

  private void setRoot(Object[] node, int newHeight) {
    root = node;
    height = newHeight;
    if (!inPrivate) {
      tree.publish(new TreeRoot(node, newHeight));
    }
  }

  /** An edit after which nodes must be split or joined. */
  private void reshape(int low, int high, Vma[] vmas, int count) {
    Object[] leaf = path[height];
    int n = TreeNode.leafCount(leaf);
    TreeRow row = reshaper.begin(epoch);
    row.append(leaf, true, 0, low);
    for (int i = 0; i < count; i++) {
      row.add(vmas[i]);
    }
    row.append(leaf, true, high, n);
    reshaper.focus(low, count == 1 && low == high ? direction(vmas[0], low) : 0);
    int depth = height;
    while (depth > 0) {
      int above = depth - 1;
      Object[] parent = path[above];
      row = reshaper.rearrange(parent, indexes[above], depth == height);
      depth = above;
      int children = TreeNode.innerCount(parent);
      if (depth > 0 && !TreeReshaper.outOfBounds(row.count(), children, false)) {
        long[] summary = TreeNode.summary(parent);
        long oldLast = summary[summary.length - 1];
        Object[] node = row.node(false, 0, row.count(), epoch);
        long[] newSummary = TreeNode.summary(node);
        long gap = TreeNode.innerGap(TreeNode.keys(node), newSummary);
        carry(node, depth, oldLast, newSummary[0], row.lastOfAll(), gap);
        finish();
        return;
      }
    }
    int newHeight = height;
    boolean leaves = height == 0;
    while (row.count() > TreeNode.capacity(leaves)) {
      row = reshaper.cut(leaves);
      leaves = false;
      newHeight++;
    }
    Object[] top = row.node(leaves, 0, row.count(), epoch);
    while (newHeight > 0 && TreeNode.innerCount(top) == 1) {
      top = TreeNode.child(top, 0);
      newHeight--;
    }
    setRoot(top, newHeight);
    finish();
  }

  /** 1 or -1 if the VMA to be inserted at {@code index} follows or precedes the one before it. */
  private int direction(Vma vma, int index) {
    int n = block.length >>> 1;
    long nextFirst = index < n ? block[n + index] : nextFirst();
    if (nextFirst == insertedStart) {
      return -1;
    }
    long previousLast = index > 0 ? block[index - 1] : previousLast();
    return previousLast == insertedEnd && insertedEnd <= vma.start() ? 1 : 0;
  }

  /** End of the last VMA before the leaf at the end of the path, or -1. */
  private long previousLast() {
    for (int depth = height - 1; depth >= 0; depth--) {
      if (indexes[depth] > 0) {
        return TreeNode.keys(path[depth])[indexes[depth] - 1];
      }
    }
    return -1;
  }

  /** For verification: what the writer owns hangs on what it owns. */
  void checkOwnership() {
    if (root != tree.published().node() || height != tree.published().height()) {
      throw new IllegalStateException("VmaTree: the writer's root is not the published one");
    }
    checkOwnership(root, height, true);
  }

  private void checkOwnership(Object[] node, int level, boolean parentOwned) {
    if (owned(node) && !parentOwned) {
      throw new IllegalStateException("VmaTree: an owned node below one that is not, " + level);
    }
    for (int i = 0; level > 0 && i < TreeNode.innerCount(node); i++) {
      checkOwnership(TreeNode.child(node, i), level - 1, owned(node));
    }
  }

  private void finish() {
    reshaper.end();
    Arrays.fill(path, null);
  }
}
