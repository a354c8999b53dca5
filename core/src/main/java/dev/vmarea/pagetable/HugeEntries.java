// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.PhysicalMemory;

/**
 * Huge entries that hold references, those of hugetlb and transparent ones: made, exchanged, cut up
 * one at a time. Addresses are bytes, aligned to what an entry of the level maps; transparent
 * entries are at level 1. The rules for writers are those of {@link PageTables}.
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
    synchronized (table) {
      if (!table.isFree(index)) {
        throw PageTables.occupied(address);
      }
      table.store(index, format.encode(level, pfn, prot, false));
    }
  }

  /**
   * Puts another huge page in the place of one, with the references that the caller leaves; who
   * remembered the old entry is waited for.
   *
   * @return the old entry, whose references are the caller's now
   */
  public long replace(int level, long address, long pfn, PageProtection prot) {
    TableNode table = existing(level, address);
    long old;
    synchronized (table) {
      old = table.exchange(tree.index(level, address), format.encode(level, pfn, prot, false));
    }
    invalidate.run();
    return old;
  }

  /** Adds bits to an entry, such as WRITE and DIRTY. */
  public void grant(int level, long address, long bits) {
    TableNode table = existing(level, address);
    int index = tree.index(level, address);
    synchronized (table) {
      table.exchange(index, table.entry(index) | bits);
    }
  }

  /** Whether there is a table for an entry of this address, be it empty. */
  public boolean hasTable(int level, long address) {
    return tree.lowest(address).level() <= level;
  }

  /** Whether neither an entry nor a table, not even an empty one, is in the way of an entry. */
  public boolean isFree(int level, long address) {
    TableNode node = tree.root();
    while (node.level() > level) {
      int index = tree.index(node.level(), address);
      TableNode child = node.child(index);
      if (child == null) {
        return node.entry(index) == 0;
      }
      node = child;
    }
    return node.isFree(tree.index(level, address));
  }

  /**
   * Maps a transparent huge page where nothing is mapped; the caller leaves the entry a reference
   * to each page.
   *
   * @param pfn its first frame
   * @param zeroes whether it is the huge page of zeroes, without references
   * @throws ErrnoException ENOMEM if a table, for this entry or for cutting it up, cannot be
   *     allocated
   * @throws IllegalStateException if an entry or a table is there
   */
  public void mapTransparent(long address, long pfn, PageProtection prot, boolean zeroes)
      throws ErrnoException {
    TableNode table = table(1, address);
    int index = tree.index(1, address);
    synchronized (table) {
      if (!table.isFree(index)) {
        throw PageTables.occupied(address);
      }
      tree.deposit();
      table.store(index, format.encode(1, pfn, prot, zeroes) | EntryFormat.TRANSPARENT);
    }
  }

  /** Puts a transparent huge page in the place of that of zeroes. */
  public void replaceZeroes(long address, long pfn, PageProtection prot) {
    TableNode table = existing(1, address);
    synchronized (table) {
      table.exchange(
          tree.index(1, address), format.encode(1, pfn, prot, false) | EntryFormat.TRANSPARENT);
    }
    invalidate.run();
  }

  /**
   * Puts a transparent huge page in the place of a leaf table whose entries have been cleared; the
   * table is set aside for it.
   *
   * @param pfn its first frame; the caller leaves the entry a reference to each page
   */
  public void collapse(long address, long pfn, PageProtection prot) {
    TableNode parent = tree.root();
    while (parent.level() > 1) {
      TableNode child = parent.child(tree.index(parent.level(), address));
      if (child == null) {
        throw new IllegalStateException("no table at " + Long.toHexString(address));
      }
      parent = child;
    }
    int index = tree.index(1, address);
    TableNode leaf = parent.child(index);
    if (leaf == null || !leaf.isEmpty()) {
      throw PageTables.occupied(address);
    }
    synchronized (parent) {
      tree.depositChild(parent, index);
      parent.store(index, format.encode(1, pfn, prot, false) | EntryFormat.TRANSPARENT);
    }
  }

  /** Cuts up the transparent huge entries that reach across {@code start} or {@code end}. */
  void splitEdges(long start, long end) {
    splitAt(start);
    splitAt(end);
  }

  /** Cuts up a transparent huge entry that maps bytes on both sides of {@code address}. */
  public void splitAt(long address) {
    if (tree.deposits() != 0 && (address & (tree.span(1) - 1)) != 0 && tree.covers(address)) {
      split(address);
    }
  }

  /** Cuts up all transparent huge entries that reach into [start, end). */
  void splitAll(long start, long end) {
    if (tree.deposits() != 0) {
      for (long at = start; at < end; at = tree.slotEnd(1, at)) {
        split(at);
      }
    }
  }

  /** Cuts up those of [start, end) of which a page is pinned: a child gets copies of such pages. */
  void splitPinned(long start, long end, PhysicalMemory memory) {
    if (tree.deposits() == 0) {
      return;
    }
    for (long at = start; at < end; at = tree.slotEnd(1, at)) {
      TableNode table = tree.lowest(at);
      long entry = table.entry(tree.index(table.level(), at));
      if (EntryFormat.isTransparent(entry)
          && !EntryFormat.isSpecial(entry)
          && memory.hasPinned(format.pfn(1, entry), tree.size(0))) {
        split(at);
      }
    }
  }

  /** Cuts up the transparent huge entry that maps the byte at {@code address}, if there is one. */
  public void split(long address) {
    TableNode node = tree.root();
    while (node.level() > 1) {
      TableNode child = node.child(tree.index(node.level(), address));
      if (child == null) {
        return;
      }
      node = child;
    }
    int index = tree.index(1, address);
    if (EntryFormat.isTransparent(node.entry(index))) {
      split(node, index);
    }
  }

  /**
   * Cuts up a transparent huge entry. Its references become those of the entries of pages; who
   * remembers a page of it need forget nothing.
   *
   * @return the table that stands in its place
   */
  TableNode split(TableNode parent, int index) {
    TableNode leaf = tree.takeDeposit();
    synchronized (parent) {
      long entry = parent.entry(index);
      long pfn = format.pfn(1, entry);
      PageProtection protection = format.protection(1, entry);
      boolean special = EntryFormat.isSpecial(entry);
      for (int i = 0; i < leaf.size(); i++) {
        leaf.store(i, format.encode(0, pfn + i, protection, special)); // nobody has it yet
      }
      parent.attach(index, leaf);
      parent.clear(index); // behind it: a reader without a lock misses neither
    }
    return leaf;
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
