// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.PhysicalMemory;

/** Copies the entries of a parent into the tables of its child, as fork does. */
final class CopyVisitor implements RangeVisitor<ErrnoException> {
  private final EntryFormat format;
  private final TableTree child;
  private final PhysicalMemory memory;

  /** What both lose. */
  private final long lost;

  /** What only the child loses, besides. */
  private final long lostByChild;

  CopyVisitor(EntryFormat format, TableTree child, boolean copyOnWrite, PhysicalMemory memory) {
    this.format = format;
    this.child = child;
    this.memory = memory;
    lost = copyOnWrite ? PageProtection.WRITE : 0;
    lostByChild = PageProtection.ACCESSED | (copyOnWrite ? 0 : PageProtection.DIRTY);
  }

  @Override
  public void leaf(TableNode leaf, int from, int to, long address) throws ErrnoException {
    long at = address;
    for (int i = from; i < to; i++, at += child.span(0)) {
      if (leaf.entry(i) != 0) {
        copy(leaf, i, at);
      }
    }
  }

  @Override
  public void huge(TableNode table, int index, long address, boolean whole) throws ErrnoException {
    if (whole) {
      copy(table, index, address);
    }
  }

  private void copy(TableNode table, int index, long address) throws ErrnoException {
    TableNode target = child.make(table.level(), address);
    if (target == null || !target.isFree(index)) {
      throw PageTables.occupied(address);
    }
    long entry = table.entry(index) & ~lost;
    if (EntryFormat.isTransparent(entry)) {
      child.deposit();
    }
    table.entries()[index] = entry;
    if (!EntryFormat.isSpecial(entry)) {
      int level = table.level();
      memory.getEntry(format.pfn(level, entry), child.span(level) >>> child.shift(0));
    }
    target.store(index, entry & ~lostByChild);
  }
}
