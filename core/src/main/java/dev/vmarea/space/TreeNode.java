// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Layout of the nodes of {@link VmaTree}. A node is a bare {@code Object[]}, sized to its contents,
 * because an object around it would cost every level of a lookup one more cache miss.
 *
 * <p>Leaf of n VMAs: {@code [0]} the keys, a {@code long[2n]} with the n ends and then the n
 * starts; {@code [1]} the {@link TreeEpoch} it was made in; {@code [2..]} the VMAs.
 *
 * <p>Inner node of n children: {@code [0]} the keys, a {@code long[n-1]}: the end of the last VMA
 * below each child but the last one; {@code [1]} the epoch; {@code [2]} the summary, which only the
 * writer reads: a {@code long[2n+1]} with the start of the first VMA below each child, then the
 * longest gap between two VMAs below each child, then the end of the last VMA of all; {@code [3..]}
 * the children, each followed by its own keys. The latter are a hint that saves a lookup a cache
 * miss: child and keys are fetched side by side, and the child tells whether they were the right
 * ones (beside a writer they may be those of the child before or after).
 *
 * <p>Keys never change. Of the rest only a child, a VMA (by one that covers the same range) and the
 * summary may be stored into a node that has been published, and only by the writer.
 */
final class TreeNode {
  /** Most VMAs of a leaf. */
  private static final int LEAF_CAPACITY = 16;

  /** Most children of an inner node. */
  private static final int INNER_CAPACITY = 16;

  static int capacity(boolean leaf) {
    return leaf ? LEAF_CAPACITY : INNER_CAPACITY;
  }

  /** Fewest of either, but for the root. */
  static final int MIN_FILL = 4;

  /** A node that shrinks below this is joined with a sibling. */
  static final int MERGE_BELOW = 6;

  private static final int KEYS = 0;
  private static final int EPOCH = 1;
  private static final int SUMMARY = 2;
  private static final int LEAF_SLOTS = 2;
  private static final int INNER_SLOTS = 3;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

  private TreeNode() {}

  static Object[] newLeaf(long[] block, TreeEpoch epoch, int count) {
    Object[] leaf = new Object[LEAF_SLOTS + count];
    leaf[KEYS] = block;
    leaf[EPOCH] = epoch;
    return leaf;
  }

  static Object[] newInner(long[] keys, TreeEpoch epoch, long[] summary, int count) {
    Object[] inner = new Object[INNER_SLOTS + 2 * count];
    inner[KEYS] = keys;
    inner[EPOCH] = epoch;
    inner[SUMMARY] = summary;
    return inner;
  }

  static long[] keys(Object[] node) {
    return (long[]) node[KEYS];
  }

  static TreeEpoch epoch(Object[] node) {
    return (TreeEpoch) node[EPOCH];
  }

  static int leafCount(Object[] leaf) {
    return leaf.length - LEAF_SLOTS;
  }

  static int innerCount(Object[] inner) {
    return (inner.length - INNER_SLOTS) >>> 1;
  }

  static int count(Object[] node, boolean leaf) {
    return leaf ? leafCount(node) : innerCount(node);
  }

  static Vma vma(Object[] leaf, int index) {
    return (Vma) SLOT.getAcquire(leaf, LEAF_SLOTS + index);
  }

  static void storeVma(Object[] leaf, int index, Vma vma) {
    SLOT.setRelease(leaf, LEAF_SLOTS + index, vma);
  }

  static Object[] child(Object[] inner, int index) {
    return (Object[]) SLOT.getAcquire(inner, INNER_SLOTS + 2 * index);
  }

  /** Probably the keys of child {@code index}. */
  static long[] hint(Object[] inner, int index) {
    return (long[]) SLOT.getAcquire(inner, INNER_SLOTS + 2 * index + 1);
  }

  static void storeChild(Object[] inner, int index, Object[] child) {
    SLOT.setRelease(inner, INNER_SLOTS + 2 * index, child);
    SLOT.setRelease(inner, INNER_SLOTS + 2 * index + 1, child[KEYS]);
  }

  /** Copies VMAs or children out of a node. */
  static void copySlots(Object[] node, boolean leaf, int from, Object[] target, int at, int count) {
    if (leaf) {
      System.arraycopy(node, LEAF_SLOTS + from, target, at, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      target[at + i] = child(node, from + i);
    }
  }

  /** Fills all slots of a node that is still private. */
  static void fillSlots(Object[] node, boolean leaf, Object[] source, int from, int count) {
    if (leaf) {
      System.arraycopy(source, from, node, LEAF_SLOTS, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      Object[] child = (Object[]) source[from + i];
      node[INNER_SLOTS + 2 * i] = child;
      node[INNER_SLOTS + 2 * i + 1] = child[KEYS];
    }
  }

  /** Stores a VMA into a leaf that is still private. */
  static void initVma(Object[] leaf, int index, Vma vma) {
    leaf[LEAF_SLOTS + index] = vma;
  }

  /** Copies into a new leaf what stays: the VMAs outside [low, high), {@code count} to come. */
  static void fillLeaf(Object[] leaf, Object[] old, int low, int high, int count) {
    System.arraycopy(old, LEAF_SLOTS, leaf, LEAF_SLOTS, low);
    int at = LEAF_SLOTS + low + count;
    System.arraycopy(old, LEAF_SLOTS + high, leaf, at, leaf.length - at);
  }

  /** A copy of an inner node with one other child, and with these keys and summary. */
  static Object[] copyInner(
      Object[] old, long[] keys, TreeEpoch epoch, long[] summary, int index, Object[] child) {
    Object[] inner = old.clone();
    inner[KEYS] = keys;
    inner[EPOCH] = epoch;
    inner[SUMMARY] = summary;
    inner[INNER_SLOTS + 2 * index] = child;
    inner[INNER_SLOTS + 2 * index + 1] = child[KEYS];
    return inner;
  }

  static long[] summary(Object[] inner) {
    return (long[]) inner[SUMMARY];
  }

  /** Index of the first child whose last VMA ends after {@code address}, or the last child. */
  static int childIndex(Object[] inner, long address) {
    long[] keys = keys(inner);
    return index(keys, keys.length, address);
  }

  /**
   * How many of the first {@code count} keys are not above {@code address}. Looks at all of them,
   * without a branch that could be mispredicted: best while they are in a near cache, as those of
   * inner nodes are.
   */
  static int index(long[] keys, int count, long address) {
    int index = 0;
    for (int i = 0; i < count; i++) {
      index += keys[i] <= address ? 1 : 0;
    }
    return index;
  }

  /**
   * The same for the ends in the block of a leaf, but stops at the first end above {@code address}:
   * best when each further key may be a cache miss.
   */
  static int leafIndex(long[] block, long address) {
    int count = block.length >>> 1;
    int index = 0;
    while (index < count && block[index] <= address) {
      index++;
    }
    return index;
  }

  /** Longest gap between two VMAs of a leaf, in bytes. */
  static long leafGap(long[] block, int count) {
    long longest = 0;
    for (int i = 1; i < count; i++) {
      longest = Math.max(longest, block[count + i] - block[i - 1]);
    }
    return longest;
  }

  /** End of the last VMA below child {@code index}. */
  static long childLast(long[] keys, long[] summary, int index) {
    return index < keys.length ? keys[index] : summary[summary.length - 1];
  }

  /** Longest gap between two VMAs below an inner node, in bytes. */
  static long innerGap(long[] keys, long[] summary) {
    int count = keys.length + 1;
    long longest = summary[count];
    for (int i = 1; i < count; i++) {
      longest = Math.max(longest, Math.max(summary[count + i], summary[i] - keys[i - 1]));
    }
    return longest;
  }
}
