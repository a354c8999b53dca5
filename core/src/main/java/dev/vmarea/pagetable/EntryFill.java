// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;

/** Fills page entries with consecutive frames, a leaf table at a time. */
final class EntryFill {
  private final TableTree tree;
  private final long bits;
  private final long pfnMask;

  EntryFill(TableTree tree, EntryFormat format, PageProtection protection, boolean special) {
    this.tree = tree;
    this.bits = format.encode(0, 0, protection, special);
    this.pfnMask = format.pfnMask();
  }

  void run(long start, long pfn, long pages) throws ErrnoException {
    boolean special = EntryFormat.isSpecial(bits);
    long address = start;
    for (long done = 0; done < pages; ) {
      TableNode leaf = tree.make(0, address);
      if (leaf == null) {
        throw PageTables.occupied(address);
      }
      int from = tree.index(0, address);
      int count = (int) Math.min(leaf.size() - from, pages - done);
      // Most tables are empty, and then there is nothing to look at.
      if (!leaf.isEmpty()) {
        checkFree(leaf, from, count, address);
      }
      store(leaf.entries(), from, count, (pfn + done) << EntryFormat.PFN_SHIFT);
      leaf.changed(count, special ? 0 : count);
      done += count;
      address += (long) count << tree.shift(0);
    }
  }

  private void checkFree(TableNode leaf, int from, int count, long address) {
    for (int i = 0; i < count; i++) {
      if (leaf.entry(from + i) != 0) {
        throw PageTables.occupied(address + ((long) i << tree.shift(0)));
      }
    }
  }

  private void store(long[] entries, int from, int count, long firstFrame) {
    long mask = pfnMask;
    long flags = bits;
    for (int i = 0; i < count; i++) {
      entries[from + i] = ((firstFrame + ((long) i << EntryFormat.PFN_SHIFT)) & mask) | flags;
    }
  }
}
