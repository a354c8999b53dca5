// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/** Lookups from a root downwards; safe beside the writer (see {@link VmaTree} for the argument). */
final class TreeLookup {
  private TreeLookup() {}

  /** The leaf that holds the first VMA with an end above {@code address}, if there is one. */
  static Object[] leaf(TreeRoot root, long address) {
    Object[] node = root.node();
    for (int level = root.height(); level > 0; level--) {
      node = TreeNode.child(node, TreeNode.childIndex(node, address));
    }
    return node;
  }

  /** The first VMA whose end is above {@code address}, or null. */
  static @Nullable Vma find(TreeRoot root, long address) {
    Object[] node = root.node();
    long[] keys = TreeNode.keys(node);
    for (int level = root.height(); level > 0; level--) {
      int index = TreeNode.index(keys, keys.length, address);
      keys = TreeNode.hint(node, index);
      node = TreeNode.child(node, index);
      if (TreeNode.keys(node) != keys) {
        return findUnaided(root, address);
      }
    }
    int index = TreeNode.leafIndex(keys, address);
    return index < keys.length >>> 1 ? TreeNode.vma(node, index) : null;
  }

  /** The first VMA that overlaps [{@code address}, {@code to}), or null. A miss touches no VMA. */
  static @Nullable Vma overlap(TreeRoot root, long address, long to) {
    Object[] node = root.node();
    long[] keys = TreeNode.keys(node);
    for (int level = root.height(); level > 0; level--) {
      int index = TreeNode.index(keys, keys.length, address);
      keys = TreeNode.hint(node, index);
      node = TreeNode.child(node, index);
      if (TreeNode.keys(node) != keys) {
        Vma vma = findUnaided(root, address);
        return vma != null && vma.start() < to ? vma : null;
      }
    }
    int index = TreeNode.leafIndex(keys, address);
    int count = keys.length >>> 1;
    return index < count && keys[count + index] < to ? TreeNode.vma(node, index) : null;
  }

  /** Without the hints, when one of them was stale. */
  private static @Nullable Vma findUnaided(TreeRoot root, long address) {
    Object[] leaf = leaf(root, address);
    int index = TreeNode.leafIndex(TreeNode.keys(leaf), address);
    return index < TreeNode.leafCount(leaf) ? TreeNode.vma(leaf, index) : null;
  }

  /**
   * The last VMA of the leaf to the left of the leaf for {@code address}, or null if that is the
   * first one. The answer counts only if the leaf for {@code address} is still the same afterwards.
   */
  static @Nullable Vma lastOfLeafBefore(TreeRoot root, long address) {
    Object[] node = root.node();
    Object @Nullable [] left = null;
    int leftIndex = 0;
    int leftLevel = 0;
    for (int level = root.height(); level > 0; level--) {
      int index = TreeNode.childIndex(node, address);
      if (index > 0) {
        left = node;
        leftIndex = index - 1;
        leftLevel = level - 1;
      }
      node = TreeNode.child(node, index);
    }
    if (left == null) {
      return null;
    }
    Object[] leaf = TreeNode.child(left, leftIndex);
    for (int level = leftLevel; level > 0; level--) {
      leaf = TreeNode.child(leaf, TreeNode.innerCount(leaf) - 1);
    }
    return TreeNode.vma(leaf, TreeNode.leafCount(leaf) - 1);
  }
}
