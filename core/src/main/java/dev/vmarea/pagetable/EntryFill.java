// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import java.lang.invoke.VarHandle;

/**
 * Fills entries of one level with consecutive frames, a table at a time. Most tables are empty, and
 * then there is nothing to look at before the stores.
 */
final class EntryFill {
  private final TableTree tree;
  private final int level;
  private final long bits;
  private final long pfnMask;

  /** From one entry to the next, what is added to the frame number in its place. */
  private final int stepShift;

  EntryFill(
      TableTree tree, EntryFormat format, int level, PageProtection protection, boolean special) {
    this.tree = tree;
    this.level = level;
    this.bits = format.encode(level, 0, protection, special);
    this.pfnMask = format.pfnMask();
    this.stepShift = EntryFormat.PFN_SHIFT + tree.shift(level) - tree.shift(0);
  }

  /**
   * Fills them all.
   *
   * @param frame the first frame number, in its place in an entry
   * @throws ErrnoException ENOMEM if a table cannot be allocated; what was filled stays
   * @throws IllegalStateException if an entry is occupied
   */
  void fillAll(long start, long frame, long count) throws ErrnoException {
    long address = start;
    for (long done = 0; done < count; ) {
      TableNode table = tree.makeNext(level, address);
      if (table == null) {
        throw PageTables.occupied(address);
      }
      int from = tree.index(level, address);
      int to = (int) Math.min(table.size(), from + count - done);
      synchronized (table) {
        if (!table.isEmpty()) {
          checkFree(table, from, to, address);
        }
        store(table, from, to, frame + (done << stepShift));
      }
      done += to - from;
      address += (long) (to - from) << tree.shift(level);
    }
  }

  /**
   * Fills those that are not occupied.
   *
   * @return how many those were
   */
  long fillFree(long start, long frame, long count) throws ErrnoException {
    long filled = 0;
    long address = start;
    for (long done = 0; done < count; ) {
      TableNode table = tree.makeNext(level, address);
      int from = tree.index(level, address);
      int to = (int) Math.min(tree.size(level), from + count - done);
      if (table != null) {
        synchronized (table) {
          filled += fillFree(table, from, to, frame + (done << stepShift));
        }
      }
      done += to - from;
      address += (long) (to - from) << tree.shift(level);
    }
    return filled;
  }

  private int fillFree(TableNode table, int from, int to, long first) {
    if (table.isEmpty()) {
      store(table, from, to, first);
      return to - from;
    }
    int filled = 0;
    for (int i = from; i < to; i++) {
      if (table.isFree(i)) {
        store(table, i, i + 1, first + ((long) (i - from) << stepShift));
        filled++;
      }
    }
    return filled;
  }

  private void checkFree(TableNode table, int from, int to, long address) {
    for (int i = from; i < to; i++) {
      if (!table.isFree(i)) {
        throw PageTables.occupied(address + ((long) (i - from) << tree.shift(level)));
      }
    }
  }

  private void store(TableNode table, int from, int to, long frame) {
    storeLoop(table.entries(), from, to, frame - ((long) from << stepShift), stepShift);
    VarHandle.releaseFence(); // before a later table or the call's end lets readers find them
    table.changed(to - from, EntryFormat.isSpecial(bits) ? 0 : to - from);
  }

  /** In a shape that the compiler makes vector instructions of: the index is the loop's own. */
  private void storeLoop(long[] entries, int from, int to, long base, int shift) {
    long mask = pfnMask;
    long flags = bits;
    for (int i = from; i < to; i++) {
      entries[i] = ((base + ((long) i << shift)) & mask) | flags;
    }
  }
}
