// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Leaf tables that one accessor has used, so that it need not walk to them again: a table in which
 * each 2 MiB (what a leaf maps) have one place. Random accesses to gigabytes miss every memory of
 * single pages, but not this one.
 *
 * <p>A table that was unlinked since is empty, so what is found here is right; what is not found
 * must be looked for by a walk. Tables that move are the exception: then all is forgotten ({@link
 * PageTables#moves}). Not thread-safe.
 */
public final class LeafCache {
  private static final int SLOTS = 1024;
  private static final long NONE = -1;
  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);

  private final int pageShift;
  private final int leafShift;
  private final int indexMask;
  private final long[] spans = new long[SLOTS];
  private final long[][] tables = new long[SLOTS][];
  private long moves;

  /** Nothing remembered of these tables. */
  public LeafCache(PageTables owner) {
    TableTree tree = owner.tree();
    pageShift = tree.shift(0);
    leafShift = tree.shift(1);
    indexMask = tree.size(0) - 1;
    moves = owner.moves();
    Arrays.fill(spans, NONE);
  }

  /** Forgets all if tables have moved. */
  public void heed(PageTables owner) {
    long now = owner.moves();
    if (now != moves) {
      moves = now;
      Arrays.fill(spans, NONE);
    }
  }

  /** The entry of the page of {@code address}, or 0 if its table is not remembered. */
  long entry(long address) {
    long span = address >>> leafShift;
    int slot = (int) span & SLOTS - 1;
    return spans[slot] == span
        ? (long) ENTRY.getAcquire(tables[slot], (int) (address >>> pageShift) & indexMask)
        : 0;
  }

  void remember(long address, TableNode leaf) {
    long span = address >>> leafShift;
    int slot = (int) span & SLOTS - 1;
    tables[slot] = leaf.entries();
    spans[slot] = span;
  }
}
