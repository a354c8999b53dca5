// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;

/**
 * Copies the entries of a parent into the tables of its child, as fork does. Nobody else uses the
 * child's tables yet, so those need no lock.
 */
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
    synchronized (leaf) {
      long at = address;
      for (int i = from; i < to; i++, at += child.span(0)) {
        if (leaf.entry(i) != 0) {
          copy(leaf, i, at);
        }
      }
    }
  }

  @Override
  public void huge(TableNode table, int index, long address, boolean whole) throws ErrnoException {
    synchronized (table) {
      if (whole) {
        copy(table, index, address);
      }
    }
  }

  private void copy(TableNode table, int index, long address) throws ErrnoException {
    TableNode target = child.make(table.level(), address);
    if (target == null || !target.isFree(index)) {
      throw PageTables.occupied(address);
    }
    long before = table.entry(index);
    int level = table.level();
    boolean ordinary = !EntryFormat.isSpecial(before);
    KernelPage page = level == 0 && ordinary ? memory.page(format.pfn(0, before)) : null;
    if (page != null && page.kind() == KernelPage.Kind.ANONYMOUS && page.isPinned()) {
      target.store(index, ofCopy(page, before));
      return;
    }
    if (EntryFormat.isTransparent(before)) {
      child.deposit();
    }
    long entry = before & ~lost;
    table.entries()[index] = entry;
    if (page != null && page.kind() == KernelPage.Kind.ANONYMOUS) {
      page.mark(KernelPage.Mark.FORKED);
    }
    if (ordinary) {
      memory.getEntry(format.pfn(level, entry), child.span(level) >>> child.shift(0));
    }
    target.store(index, entry & ~lostByChild);
  }

  /**
   * A pinned page stays its owner's, who else would copy it at its next write and no longer see
   * what is done to the pinned one. So the child gets its copy now.
   */
  private long ofCopy(KernelPage page, long entry) throws ErrnoException {
    KernelPage copy = memory.allocateCopy(page);
    return format.encode(0, copy.pfn(), format.protection(0, entry), false) | PageProtection.DIRTY;
  }
}
