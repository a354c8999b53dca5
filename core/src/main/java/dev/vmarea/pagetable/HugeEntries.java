// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;

/**
 * Huge entries that hold references, as those of hugetlb do: made, exchanged and changed one at a
 * time. Addresses are bytes, aligned to what an entry of the level maps. The rules for writers are
 * those of {@link PageTables}.
 */
public final class HugeEntries {
  private final TableTree tree;
  private final EntryFormat format;
  private final Runnable invalidate;

  /**
   * Those of one address space.
   *
   * @param invalidate what is to be done after an entry was taken away or grants less
   */
  HugeEntries(TableTree tree, EntryFormat format, Runnable invalidate) {
    this.tree = tree;
    this.format = format;
    this.invalidate = invalidate;
  }

  /** The level whose entries map so many bytes, or -1 if there is none. */
  public int level(long bytes) {
    for (int level = 1; level <= tree.maxHugeLevel(); level++) {
      if (tree.span(level) == bytes) {
        return level;
      }
    }
    return -1;
  }

  /**
   * Makes the table for an entry, so that {@link #map} cannot fail. Empty tables in its way go.
   *
   * @throws ErrnoException ENOMEM if a table cannot be allocated
   */
  public void makeTable(int level, long address) throws ErrnoException {
    long end = address + tree.span(level);
    tree.freeBelow(tree.root(), address, end, address, end);
    table(level, address);
  }

  private TableNode table(int level, long address) throws ErrnoException {
    TableNode table = tree.make(level, address);
    if (table == null) {
      throw PageTables.occupied(address);
    }
    return table;
  }

  /**
   * Maps a huge page where nothing is mapped; the caller leaves the entry its references.
   *
   * @param pfn its first frame
   * @throws ErrnoException ENOMEM if a table cannot be allocated
   * @throws IllegalStateException if an entry or a table is there
   */
  public void map(int level, long address, long pfn, PageProtection prot) throws ErrnoException {
    TableNode table = table(level, address);
    int index = tree.index(level, address);
    if (!table.isFree(index)) {
      throw PageTables.occupied(address);
    }
    table.store(index, format.encode(level, pfn, prot, false));
  }

  /**
   * Puts another huge page in the place of one, with the references that the caller leaves; who
   * remembered the old entry is waited for.
   *
   * @return the old entry, whose references are the caller's now
   */
  public long replace(int level, long address, long pfn, PageProtection prot) {
    long old =
        existing(level, address)
            .exchange(tree.index(level, address), format.encode(level, pfn, prot, false));
    invalidate.run();
    return old;
  }

  /** Adds bits to an entry, such as WRITE and DIRTY. */
  public void grant(int level, long address, long bits) {
    existing(level, address).entries()[tree.index(level, address)] |= bits;
  }

  private TableNode existing(int level, long address) {
    TableNode node = tree.root();
    while (node != null && node.level() > level) {
      node = node.child(tree.index(node.level(), address));
    }
    if (node == null || node.entry(tree.index(level, address)) == 0) {
      throw new IllegalStateException("no huge page is mapped at " + Long.toHexString(address));
    }
    return node;
  }
}
