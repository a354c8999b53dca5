// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;

/**
 * Moves the entries of one range to another that overlaps it, as exec shifts a new stack: takes all
 * of them out first. Huge entries go, and will be faulted in again.
 */
final class OverlappingMove implements RangeVisitor<RuntimeException> {
  private final TableTree tree;
  private final long from;
  private final long to;
  private final long[] taken;
  private boolean take;

  OverlappingMove(TableTree tree, long from, long to, long length) {
    this.tree = tree;
    this.from = from;
    this.to = to;
    taken = new long[Math.toIntExact(length >>> tree.shift(0))];
  }

  void run() throws ErrnoException {
    long end = from + ((long) taken.length << tree.shift(0));
    tree.visit(from, end, this);
    for (int i = 0; i < taken.length; i++) {
      if (taken[i] != 0) {
        place(i);
      }
    }
    take = true;
    tree.visit(from, end, this);
    for (int i = 0; i < taken.length; i++) {
      if (taken[i] != 0) {
        TableNode table = place(i);
        int index = tree.index(0, target(i));
        synchronized (table) {
          if (table.entry(index) != 0) {
            throw PageTables.occupied(target(i));
          }
          table.store(index, taken[i]);
        }
      }
    }
  }

  private long target(int page) {
    return to + ((long) page << tree.shift(0));
  }

  private TableNode place(int page) throws ErrnoException {
    TableNode table = tree.make(0, target(page));
    if (table == null) {
      throw PageTables.occupied(target(page));
    }
    return table;
  }

  @Override
  public void leaf(TableNode leaf, int first, int end, long address) {
    int page = (int) ((address - from) >>> tree.shift(0));
    synchronized (leaf) {
      for (int i = first; i < end; i++, page++) {
        if (leaf.entry(i) != 0) {
          taken[page] = take ? leaf.clear(i) : leaf.entry(i);
        }
      }
    }
  }

  @Override
  public void huge(TableNode table, int index, long address, boolean whole) {
    synchronized (table) {
      table.clear(index);
    }
  }
}
