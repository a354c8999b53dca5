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

  static @Nullable Vma find(TreeRoot root, long address) {
    Object[] leaf = leaf(root, address);
    int count = TreeNode.leafCount(leaf);
    int index = TreeNode.vmaIndex(TreeNode.keys(leaf), count, address);
    return index < count ? TreeNode.vma(leaf, index) : null;
  }

  static @Nullable Vma lookup(TreeRoot root, long address) {
    Object[] leaf = leaf(root, address);
    long[] block = TreeNode.keys(leaf);
    int count = TreeNode.leafCount(leaf);
    int index = TreeNode.vmaIndex(block, count, address);
    return index < count && block[count + index] <= address ? TreeNode.vma(leaf, index) : null;
  }

  /**
   * The last VMA of the leaf to the left of the leaf for {@code address}, or null if that is the
   * first one. The answer counts only if the leaf for {@code address} is still the same afterwards.
   */
  static @Nullable Vma lastOfLeafBefore(TreeRoot root, long address) {
    Object[] node = root.node();
    @Nullable Object[] left = null;
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
