// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

/**
 * Where a lookup starts.
 *
 * @param node root node, a leaf if {@code height} is 0
 * @param height number of levels of inner nodes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TreeRoot(Object[] node, int height) {
  static final TreeRoot EMPTY = new TreeRoot(TreeNode.newLeaf(new long[0], new TreeEpoch(0), 0), 0);
}
