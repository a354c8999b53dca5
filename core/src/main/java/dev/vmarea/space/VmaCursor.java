// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Walks over a {@link VmaLayout} leaf by leaf: a step inside a leaf costs an array access, a step
 * into another leaf one lookup. For one thread.
 *
 * <p>Beside a writer a cursor may still show what was true when it entered its leaf. A VMA that was
 * extended towards higher addresses meanwhile can come after its predecessor version and overlap
 * it. The writer itself seeks again after each change.
 */
public final class VmaCursor {
  private final VmaLayout layout;
  private Object[] leaf = TreeRoot.EMPTY.node();
  private long[] block = TreeNode.keys(leaf);
  private int count;
  private int index;

  VmaCursor(VmaLayout layout) {
    this.layout = layout;
  }

  private TreeRoot root() {
    return switch (layout) {
      case VmaTree tree -> tree.published();
      case VmaSnapshot snapshot -> snapshot.published();
    };
  }

  /** Moves to the first VMA whose end is above {@code address} and returns it, or null. */
  public @Nullable Vma seek(long address) {
    moveTo(address);
    return current();
  }

  /** Like {@link #seek}, but costs no cache miss for the VMA: ask {@link #start} and such first. */
  public void moveTo(long address) {
    TreeRoot root = root();
    Object[] node = root.node();
    long[] keys = TreeNode.keys(node);
    for (int level = root.height(); level > 0; level--) {
      int next = TreeNode.index(keys, keys.length, address);
      keys = TreeNode.hint(node, next);
      node = TreeNode.child(node, next);
      if (TreeNode.keys(node) != keys) { // a stale hint: without them
        node = TreeLookup.leaf(root, address);
        keys = TreeNode.keys(node);
        break;
      }
    }
    leaf = node;
    block = keys;
    count = keys.length >>> 1;
    index = TreeNode.leafIndex(keys, address);
  }

  /** The VMA the cursor stands on, or null behind the last one. */
  public @Nullable Vma current() {
    return index < count ? TreeNode.vma(leaf, index) : null;
  }

  /**
   * Start of the VMA the cursor stands on, or the greatest address behind the last one. Read from
   * the tree: it costs no cache miss for the VMA itself.
   */
  public long start() {
    return index < count ? block[count + index] : Long.MAX_VALUE;
  }

  /** End of the VMA the cursor stands on, or the greatest address; like {@link #start}. */
  public long end() {
    return index < count ? block[index] : Long.MAX_VALUE;
  }

  /** Start of the VMA after the one the cursor stands on, or the greatest address. */
  public long nextStart() {
    if (index + 1 < count) {
      return block[count + index + 1];
    }
    Vma vma = peekNext();
    return vma == null ? Long.MAX_VALUE : vma.start();
  }

  /** End of the VMA before the one the cursor stands on, or -1; like {@link #start}. */
  public long previousEnd() {
    if (index > 0) {
      return block[index - 1];
    }
    Vma vma = peekPrevious();
    return vma == null ? -1 : vma.end();
  }

  /** Moves to the VMA after the current one and returns it, or null (again) at the end. */
  public @Nullable Vma next() {
    if (index + 1 < count) {
      return TreeNode.vma(leaf, ++index);
    }
    if (index >= count) {
      return null;
    }
    return seek(block[index]);
  }

  /**
   * The VMA before the one the cursor stands on (before the end: the last one), or null. Does not
   * move the cursor.
   */
  public @Nullable Vma peekPrevious() {
    if (index > 0) {
      return TreeNode.vma(leaf, index - 1);
    }
    return count == 0 ? layout.last() : layout.before(block[count]);
  }

  /** The VMA after the one the cursor stands on, or null. Does not move the cursor. */
  public @Nullable Vma peekNext() {
    if (index + 1 < count) {
      return TreeNode.vma(leaf, index + 1);
    }
    return index >= count ? null : layout.find(block[index]);
  }

  /** Moves to the VMA before the current one and returns it; null leaves the cursor where it is. */
  public @Nullable Vma previous() {
    if (index > 0) {
      return TreeNode.vma(leaf, --index);
    }
    Vma vma = peekPrevious();
    return vma == null ? null : seek(vma.start());
  }
}
