// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/** The VMAs of a {@link VmaTree} as they were at one moment. Immutable; made in constant time. */
public final class VmaSnapshot implements VmaLayout {
  private final TreeRoot root;
  private final int size;

  VmaSnapshot(TreeRoot root, int size) {
    this.root = root;
    this.size = size;
  }

  TreeRoot published() {
    return root;
  }

  @Override
  public @Nullable Vma find(long address) {
    return TreeLookup.find(root, address);
  }

  @Override
  public @Nullable Vma lookup(long address) {
    return TreeLookup.overlap(root, address, address + 1);
  }

  @Override
  public @Nullable Vma overlap(long from, long to) {
    return TreeLookup.overlap(root, from, to);
  }

  @Override
  public int size() {
    return size;
  }

  /** Checks every invariant; see {@link VmaTree#verify}. */
  public void verify() {
    TreeInvariants.check(root, size);
  }
}
