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
 * the children.
 *
 * <p>Keys never change. Of the rest only a child, a VMA (by one that covers the same range) and the
 * summary may be stored into a node that has been published, and only by the writer.
 */
final class TreeNode {
  /** Most VMAs of a leaf, most children of an inner node. */
  static final int CAPACITY = 16;

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
    Object[] inner = new Object[INNER_SLOTS + count];
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
    return inner.length - INNER_SLOTS;
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
    return (Object[]) SLOT.getAcquire(inner, INNER_SLOTS + index);
  }

  static void storeChild(Object[] inner, int index, Object[] child) {
    SLOT.setRelease(inner, INNER_SLOTS + index, child);
  }

  /** Copies VMAs or children between a node and an array of them. */
  static void copySlots(Object[] node, boolean leaf, int from, Object[] target, int at, int count) {
    System.arraycopy(node, (leaf ? LEAF_SLOTS : INNER_SLOTS) + from, target, at, count);
  }

  /** Fills the slots of a node that is still private. */
  static void fillSlots(Object[] node, boolean leaf, int at, Object[] source, int from, int count) {
    System.arraycopy(source, from, node, (leaf ? LEAF_SLOTS : INNER_SLOTS) + at, count);
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
    inner[INNER_SLOTS + index] = child;
    return inner;
  }

  static long[] summary(Object[] inner) {
    return (long[]) inner[SUMMARY];
  }

  /** Index of the first child whose last VMA ends after {@code address}, or the last child. */
  static int childIndex(Object[] inner, long address) {
    long[] keys = keys(inner);
    int index = 0;
    for (int i = 0; i < keys.length; i++) {
      index += keys[i] <= address ? 1 : 0;
    }
    return index;
  }

  /** Index of the first VMA of {@code count} that ends after {@code address}, or {@code count}. */
  static int vmaIndex(long[] block, int count, long address) {
    int index = 0;
    for (int i = 0; i < count; i++) {
      index += block[i] <= address ? 1 : 0;
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
