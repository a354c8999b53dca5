// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

/**
 * Search for free intervals by the gap summaries; for the writer. At most the two children that
 * contain an edge of the search range are entered in vain on a level, so the cost is logarithmic in
 * every shape.
 */
final class TreeGaps {
  private final long low;
  private final long high;
  private final long size;

  private TreeGaps(long low, long high, long size) {
    this.low = low;
    this.high = high;
    this.size = size;
  }

  static long below(TreeRoot root, long low, long high, long size) {
    if (size <= 0 || high - low < size) {
      return -1;
    }
    Object[] node = root.node();
    boolean leaf = root.height() == 0;
    if (leaf && TreeNode.leafCount(node) == 0) {
      return high;
    }
    TreeGaps search = new TreeGaps(low, high, size);
    if (search.fits(last(node, leaf), Long.MAX_VALUE)) {
      return high;
    }
    long found = search.belowIn(node, root.height());
    return found >= 0 ? found : search.gapEnd(0, first(node, leaf));
  }

  static long above(TreeRoot root, long low, long high, long size) {
    if (size <= 0 || high - low < size) {
      return -1;
    }
    Object[] node = root.node();
    boolean leaf = root.height() == 0;
    if (leaf && TreeNode.leafCount(node) == 0) {
      return low;
    }
    TreeGaps search = new TreeGaps(low, high, size);
    if (search.fits(0, first(node, leaf))) {
      return low;
    }
    long found = search.aboveIn(node, root.height());
    return found >= 0 ? found : search.gapStart(last(node, leaf), Long.MAX_VALUE);
  }

  private static long first(Object[] node, boolean leaf) {
    return leaf ? TreeNode.keys(node)[TreeNode.leafCount(node)] : TreeNode.summary(node)[0];
  }

  private static long last(Object[] node, boolean leaf) {
    if (leaf) {
      return TreeNode.keys(node)[TreeNode.leafCount(node) - 1];
    }
    long[] summary = TreeNode.summary(node);
    return summary[summary.length - 1];
  }

  /** Whether the free interval [from, to), clipped to the search range, is long enough. */
  private boolean fits(long from, long to) {
    return Math.min(to, high) - Math.max(from, low) >= size;
  }

  private long gapEnd(long from, long to) {
    return fits(from, to) ? Math.min(to, high) : -1;
  }

  private long gapStart(long from, long to) {
    return fits(from, to) ? Math.max(from, low) : -1;
  }

  private long belowIn(Object[] node, int level) {
    long[] keys = TreeNode.keys(node);
    if (level == 0) {
      int count = TreeNode.leafCount(node);
      for (int i = Math.min(TreeNode.leafIndex(keys, high), count - 1); i > 0; i--) {
        if (fits(keys[i - 1], keys[count + i])) {
          return Math.min(keys[count + i], high);
        }
        if (keys[i - 1] <= low) {
          return -1;
        }
      }
      return -1;
    }
    long[] summary = TreeNode.summary(node);
    int count = keys.length + 1;
    for (int i = TreeNode.childIndex(node, high); i >= 0; i--) {
      if (summary[count + i] >= size && summary[i] < high) {
        long found = belowIn(TreeNode.child(node, i), level - 1);
        if (found >= 0) {
          return found;
        }
      }
      if (i == 0 || summary[i] <= low) {
        return -1;
      }
      if (fits(keys[i - 1], summary[i])) {
        return Math.min(summary[i], high);
      }
    }
    return -1;
  }

  private long aboveIn(Object[] node, int level) {
    long[] keys = TreeNode.keys(node);
    if (level == 0) {
      int count = TreeNode.leafCount(node);
      for (int i = TreeNode.leafIndex(keys, low); i < count; i++) {
        if (i > 0 && fits(keys[i - 1], keys[count + i])) {
          return Math.max(keys[i - 1], low);
        }
        if (keys[i] >= high) {
          return -1;
        }
      }
      return -1;
    }
    long[] summary = TreeNode.summary(node);
    int count = keys.length + 1;
    for (int i = TreeNode.childIndex(node, low); i < count; i++) {
      if (i > 0 && fits(keys[i - 1], summary[i])) {
        return Math.max(keys[i - 1], low);
      }
      if (summary[i] >= high) {
        return -1;
      }
      if (summary[count + i] >= size) {
        long found = aboveIn(TreeNode.child(node, i), level - 1);
        if (found >= 0) {
          return found;
        }
      }
    }
    return -1;
  }
}
