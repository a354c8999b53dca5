// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

/**
 * Splits nodes that overflow and joins nodes that run low, level by level upwards. A node that
 * overflows first hands entries to a sibling that has room. Runs of insertions in ascending or
 * descending order leave full nodes behind them.
 */
final class TreeReshaper {
  /** A sibling with fewer free places than this is not worth spilling into. */
  private static final int ROOM = 4;

  /** Two joined nodes become one if at least this many places stay free. */
  private static final int SLACK = 2;

  private TreeRow row = new TreeRow();
  private TreeRow spare = new TreeRow();
  private TreeEpoch epoch = new TreeEpoch(0);
  private int focus;
  private int direction;

  /** Whether a node (not the root) that went from {@code before} to {@code size} is to reshape. */
  static boolean outOfBounds(int size, int before, boolean leaf) {
    return size > TreeNode.capacity(leaf)
        || size < TreeNode.MIN_FILL
        || (size < TreeNode.MERGE_BELOW && size < before);
  }

  /** Starts with an empty row of VMAs, which the caller fills with one leaf's contents to be. */
  TreeRow begin(TreeEpoch newEpoch) {
    epoch = newEpoch;
    row.clear();
    return row;
  }

  /**
   * Says where the insertion took place.
   *
   * @param position index of the inserted entry in the row
   * @param newDirection above 0 if insertions arrive in ascending order, below 0 if in descending
   */
  void focus(int position, int newDirection) {
    focus = position;
    direction = newDirection;
  }

  /**
   * Makes nodes of the row, which replaces child {@code index} of {@code parent} (and perhaps a
   * sibling of it), and returns the row of the entries the parent is to have.
   */
  TreeRow rearrange(Object[] parent, int index, boolean leaf) {
    int children = TreeNode.innerCount(parent);
    int capacity = TreeNode.capacity(leaf);
    int from = index;
    int to = index + 1;
    int count = row.count();
    boolean low = count > 0 && count < TreeNode.MERGE_BELOW;
    if (low || count > capacity) {
      int left = index > 0 ? TreeNode.count(TreeNode.child(parent, index - 1), leaf) : -1;
      int right = to < children ? TreeNode.count(TreeNode.child(parent, to), leaf) : -1;
      boolean takeLeft = left >= 0 && (right < 0 || left <= right);
      if (!low && direction != 0) {
        takeLeft = direction > 0 && left >= 0 && left < capacity;
      }
      int taken = takeLeft ? left : direction > 0 && !low ? -1 : right;
      int limit = low ? capacity : capacity - (direction != 0 ? 1 : ROOM);
      if (taken >= 0 && taken <= limit) {
        if (takeLeft) {
          from--;
          row.insert(0, TreeNode.child(parent, from), leaf, 0, taken);
          focus += taken;
        } else {
          row.append(TreeNode.child(parent, to), leaf, 0, taken);
          to++;
        }
      }
    }
    spare.clear();
    spare.append(parent, false, 0, from);
    pack(leaf, low ? capacity - SLACK : capacity);
    spare.append(parent, false, to, children);
    return swap();
  }

  /** Makes nodes of the row of an overfull root and returns the row of the level above. */
  TreeRow cut(boolean leaf) {
    spare.clear();
    pack(leaf, TreeNode.capacity(leaf));
    return swap();
  }

  /** Lets go of everything. */
  void end() {
    row.clear();
    spare.clear();
  }

  private TreeRow swap() {
    TreeRow made = spare;
    spare = row;
    row = made;
    return made;
  }

  /** Appends to the spare row the nodes that the row makes, one if it has up to {@code single}. */
  private void pack(boolean leaf, int single) {
    int count = row.count();
    int capacity = TreeNode.capacity(leaf);
    int chunks =
        count <= single ? Math.min(count, 1) : Math.max(2, (count + capacity - 1) / capacity);
    int from = 0;
    int newFocus = spare.count();
    for (int chunk = 1; chunk <= chunks; chunk++) {
      int to = (int) ((long) count * chunk / chunks);
      if (chunks == 2 && chunk == 1 && direction != 0) {
        int least = Math.max(TreeNode.MIN_FILL, count - capacity);
        int most = Math.min(capacity, count - TreeNode.MIN_FILL);
        to = Math.clamp(direction > 0 ? focus + 1 : focus, least, most);
      }
      if (focus >= from) {
        newFocus = spare.count();
      }
      spare.add(row.node(leaf, from, to, epoch), leaf);
      from = to;
    }
    focus = newFocus;
  }
}
