// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import java.util.Arrays;

/**
 * The entries of one or more neighbouring nodes of a level, while the writer rearranges them: VMAs
 * of leaves, or children of inner nodes with what their parent knows of them.
 */
final class TreeRow {
  private static final int INITIAL = 64;

  private int count;
  private long[] firsts = new long[INITIAL];
  private long[] lasts = new long[INITIAL];
  private long[] gaps = new long[INITIAL];
  private Object[] slots = new Object[INITIAL];

  int count() {
    return count;
  }

  long lastOfAll() {
    return lasts[count - 1];
  }

  void clear() {
    Arrays.fill(slots, 0, count, null); // keep nothing alive
    count = 0;
  }

  private void room(int at, int more) {
    int needed = count + more;
    if (needed > slots.length) {
      int length = Math.max(needed, 2 * slots.length);
      firsts = Arrays.copyOf(firsts, length);
      lasts = Arrays.copyOf(lasts, length);
      gaps = Arrays.copyOf(gaps, length);
      slots = Arrays.copyOf(slots, length);
    }
    int moved = count - at;
    System.arraycopy(firsts, at, firsts, at + more, moved);
    System.arraycopy(lasts, at, lasts, at + more, moved);
    System.arraycopy(gaps, at, gaps, at + more, moved);
    System.arraycopy(slots, at, slots, at + more, moved);
    count = needed;
  }

  void add(Vma vma) {
    room(count, 1);
    firsts[count - 1] = vma.start();
    lasts[count - 1] = vma.end();
    slots[count - 1] = vma;
  }

  void add(Object[] child, boolean leaf) {
    room(count, 1);
    int at = count - 1;
    long[] keys = TreeNode.keys(child);
    slots[at] = child;
    if (leaf) {
      int n = TreeNode.leafCount(child);
      firsts[at] = keys[n];
      lasts[at] = keys[n - 1];
      gaps[at] = TreeNode.leafGap(keys, n);
    } else {
      long[] summary = TreeNode.summary(child);
      firsts[at] = summary[0];
      lasts[at] = summary[summary.length - 1];
      gaps[at] = TreeNode.innerGap(keys, summary);
    }
  }

  /** Inserts the entries [from, to) of {@code node} at {@code at}. */
  void insert(int at, Object[] node, boolean leaf, int from, int to) {
    int more = to - from;
    room(at, more);
    TreeNode.copySlots(node, leaf, from, slots, at, more);
    long[] keys = TreeNode.keys(node);
    if (leaf) {
      System.arraycopy(keys, from, lasts, at, more);
      System.arraycopy(keys, TreeNode.leafCount(node) + from, firsts, at, more);
      return;
    }
    long[] summary = TreeNode.summary(node);
    int n = keys.length + 1;
    System.arraycopy(summary, from, firsts, at, more);
    System.arraycopy(summary, n + from, gaps, at, more);
    for (int i = 0; i < more; i++) {
      lasts[at + i] = TreeNode.childLast(keys, summary, from + i);
    }
  }

  /** Appends the entries [from, to) of {@code node}. */
  void append(Object[] node, boolean leaf, int from, int to) {
    insert(count, node, leaf, from, to);
  }

  /** A new node of the entries [from, to). */
  Object[] node(boolean leaf, int from, int to, TreeEpoch epoch) {
    int n = to - from;
    Object[] node;
    if (leaf) {
      long[] block = new long[2 * n];
      System.arraycopy(lasts, from, block, 0, n);
      System.arraycopy(firsts, from, block, n, n);
      node = TreeNode.newLeaf(block, epoch, n);
    } else {
      long[] keys = Arrays.copyOfRange(lasts, from, to - 1);
      long[] summary = new long[2 * n + 1];
      System.arraycopy(firsts, from, summary, 0, n);
      System.arraycopy(gaps, from, summary, n, n);
      summary[2 * n] = lasts[to - 1];
      node = TreeNode.newInner(keys, epoch, summary, n);
    }
    TreeNode.fillSlots(node, leaf, slots, from, n);
    return node;
  }
}
