// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Read access to a set of VMAs in order of address: the live {@link VmaTree} or a {@link
 * VmaSnapshot} of it. No method takes a lock or waits; all may be called from any thread.
 *
 * <p>Addresses are bytes and never negative. Every single answer of the live tree is right at some
 * moment during the call; a walk over it is not a point in time, but it yields every VMA that is
 * there from beginning to end. A walk over a snapshot is a point in time.
 */
public sealed interface VmaLayout extends Iterable<Vma> permits VmaTree, VmaSnapshot {

  /** The root as it is now. */
  private TreeRoot root() {
    return switch (this) {
      case VmaTree tree -> tree.published();
      case VmaSnapshot snapshot -> snapshot.published();
    };
  }

  /** The first VMA whose end is above {@code address} (Linux's {@code find_vma}), or null. */
  @Nullable Vma find(long address);

  /** The VMA that contains {@code address}, or null. */
  @Nullable Vma lookup(long address);

  /**
   * The first VMA that has a byte in [{@code from}, {@code to}), or null. That a range is free is
   * seen without a look at the VMA behind it.
   */
  @Nullable Vma overlap(long from, long to);

  /** Number of VMAs. */
  int size();

  /** The VMA with the greatest start below {@code address}, or null. It may contain the address. */
  default @Nullable Vma before(long address) {
    if (address <= 0) {
      return null;
    }
    long key = address - 1;
    while (true) {
      Object[] leaf = TreeLookup.leaf(root(), key);
      long[] block = TreeNode.keys(leaf);
      int count = TreeNode.leafCount(leaf);
      int index = TreeNode.leafIndex(block, key);
      if (index < count && block[count + index] <= key) {
        return TreeNode.vma(leaf, index);
      }
      if (index > 0) {
        return TreeNode.vma(leaf, index - 1);
      }
      Vma previous = TreeLookup.lastOfLeafBefore(root(), key);
      if (TreeLookup.leaf(root(), key) == leaf) {
        return previous;
      }
    }
  }

  /** The VMA with the lowest address, or null if there is none. */
  default @Nullable Vma first() {
    return find(0);
  }

  /** The VMA with the highest address, or null if there is none. */
  default @Nullable Vma last() {
    return before(Long.MAX_VALUE);
  }

  /** The VMA that follows {@code vma}, or null. */
  default @Nullable Vma next(Vma vma) {
    return find(vma.end());
  }

  /** The VMA that precedes {@code vma}, or null. */
  default @Nullable Vma previous(Vma vma) {
    return before(vma.start());
  }

  /** Number of VMAs that have at least one byte in [{@code from}, {@code to}); walks over them. */
  default long countIn(long from, long to) {
    long count = 0;
    VmaCursor cursor = cursor();
    for (Vma vma = cursor.seek(from); vma != null && vma.start() < to; vma = cursor.next()) {
      count++;
    }
    return count;
  }

  /** A cursor that stands nowhere yet: {@link VmaCursor#seek} comes first. For one thread. */
  default VmaCursor cursor() {
    return new VmaCursor(this);
  }

  /** All VMAs in order of address. */
  @Override
  default Iterator<Vma> iterator() {
    return new VmaIterator(cursor());
  }
}
