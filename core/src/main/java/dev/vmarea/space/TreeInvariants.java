// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;

/** Checks a tree from its root down and names the first broken invariant. */
final class TreeInvariants {
  private long previousEnd;
  private int vmas;

  private TreeInvariants() {}

  static void check(TreeRoot root, int size) {
    TreeInvariants walk = new TreeInvariants();
    if (root.height() > 0 || TreeNode.leafCount(root.node()) > 0) {
      walk.node(root.node(), root.height(), true);
    }
    if (walk.vmas != size) {
      throw broken("size is " + size + ", leaves hold " + walk.vmas, root.node());
    }
  }

  private static IllegalStateException broken(String what, Object[] node) {
    return new IllegalStateException(
        "VmaTree: " + what + " (node of epoch " + TreeNode.epoch(node).number() + ")");
  }

  private void node(Object[] node, int level, boolean root) {
    int count = TreeNode.count(node, level == 0);
    int least = root ? level == 0 ? 1 : 2 : TreeNode.MIN_FILL;
    if (count < least || count > TreeNode.capacity(level == 0)) {
      throw broken("fill of a node at level " + level + " is " + count, node);
    }
    if (level == 0) {
      leaf(node, count);
    } else {
      inner(node, count, level);
    }
  }

  private void leaf(Object[] leaf, int count) {
    long[] block = TreeNode.keys(leaf);
    if (block.length != 2 * count) {
      throw broken("a leaf of " + count + " has " + block.length + " keys", leaf);
    }
    for (int i = 0; i < count; i++) {
      Vma vma = TreeNode.vma(leaf, i);
      if (vma.end() != block[i] || vma.start() != block[count + i]) {
        throw broken("keys of a leaf differ from " + vma, leaf);
      }
      if (vma.start() >= vma.end()) {
        throw broken("empty VMA " + vma, leaf);
      }
      if (vma.start() < previousEnd) {
        throw broken("order: " + vma + " begins before " + Long.toHexString(previousEnd), leaf);
      }
      previousEnd = vma.end();
    }
    vmas += count;
  }

  private void inner(Object[] node, int count, int level) {
    long[] keys = TreeNode.keys(node);
    long[] summary = TreeNode.summary(node);
    if (keys.length != count - 1 || summary.length != 2 * count + 1) {
      throw broken("sizes of the blocks of an inner node of " + count, node);
    }
    for (int i = 0; i < count; i++) {
      Object[] child = TreeNode.child(node, i);
      long[] childKeys = TreeNode.keys(child);
      boolean leaf = level == 1;
      long first = leaf ? childKeys[childKeys.length / 2] : TreeNode.summary(child)[0];
      long gap =
          leaf
              ? TreeNode.leafGap(childKeys, TreeNode.leafCount(child))
              : TreeNode.innerGap(childKeys, TreeNode.summary(child));
      if (TreeNode.hint(node, i) != childKeys) {
        throw broken("keys kept beside child " + i + " at level " + level, node);
      }
      node(child, level - 1, false);
      if (TreeNode.childLast(keys, summary, i) != previousEnd) {
        throw broken("separator after child " + i + " at level " + level, node);
      }
      if (summary[i] != first) {
        throw broken("first start of child " + i + " at level " + level, node);
      }
      if (summary[count + i] != gap) {
        throw broken("gap summary of child " + i + " at level " + level, node);
      }
    }
  }
}
