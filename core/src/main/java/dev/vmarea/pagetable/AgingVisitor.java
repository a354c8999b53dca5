// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.util.function.LongConsumer;

/** Does to entries what an {@link Aging} says. Bare frames and the page of zeroes stay as is. */
final class AgingVisitor implements RangeVisitor<RuntimeException> {
  private final TableTree tree;
  private final EntryFormat format;
  private final PhysicalMemory memory;
  private final Aging aging;
  private final ZapVisitor zap;
  private final LongConsumer gone;
  private boolean changed;

  AgingVisitor(
      TableTree tree,
      EntryFormat format,
      PhysicalMemory memory,
      Aging aging,
      ZapVisitor zap,
      LongConsumer gone) {
    this.tree = tree;
    this.format = format;
    this.memory = memory;
    this.aging = aging;
    this.zap = zap;
    this.gone = gone;
  }

  /** Whether an entry says less than before. */
  boolean changed() {
    return changed;
  }

  @Override
  public void leaf(TableNode leaf, int from, int to, long address) {
    long at = address;
    synchronized (leaf) {
      for (int i = from; i < to; i++, at += tree.span(0)) {
        long entry = leaf.entry(i);
        boolean present = EntryFormat.isMapping(entry) && !EntryFormat.isSpecial(entry);
        KernelPage page = present ? memory.page(format.pfn(0, entry)) : null;
        if (page != null) {
          page(leaf, i, at, page);
        }
      }
    }
  }

  private void page(TableNode leaf, int index, long at, KernelPage page) {
    boolean anonymous = page.kind() == KernelPage.Kind.ANONYMOUS;
    if (aging == Aging.FREE) {
      boolean kept = page.is(KernelPage.Mark.DIRTY) && page.mapCount() != 1;
      if (anonymous && !kept) {
        page.unmark(KernelPage.Mark.DIRTY);
        page.mark(KernelPage.Mark.LAZY_FREE);
        lose(leaf, index, PageProtection.ACCESSED | PageProtection.DIRTY);
      }
      return;
    }
    if (page.mapCount() != 1 || !anonymous && aging == Aging.PAGE_OUT_ANONYMOUS) {
      return;
    }
    page.unmark(KernelPage.Mark.REFERENCED);
    page.unmark(KernelPage.Mark.ACTIVE);
    if (aging == Aging.COLD) {
      lose(leaf, index, PageProtection.ACCESSED);
    } else {
      pageOut(leaf, index, at, page, anonymous);
    }
  }

  private void pageOut(TableNode leaf, int index, long at, KernelPage page, boolean anonymous) {
    if (page.is(KernelPage.Mark.UNEVICTABLE)) {
      return;
    }
    boolean dirty =
        (leaf.entry(index) & PageProtection.DIRTY) != 0 || page.is(KernelPage.Mark.DIRTY);
    boolean lost =
        aging == Aging.PAGE_OUT_DROPPABLE || !dirty && page.is(KernelPage.Mark.LAZY_FREE);
    if (anonymous && !lost) {
      page.unmark(KernelPage.Mark.LAZY_FREE);
      page.mark(KernelPage.Mark.ACTIVE);
      return;
    }
    changed = true;
    zap.take(leaf, index);
    gone.accept(at);
  }

  private void lose(TableNode leaf, int index, long bits) {
    leaf.entries()[index] &= ~bits;
    changed = true;
  }

  @Override
  public void huge(TableNode table, int index, long address, boolean whole) {
    long entry = table.entry(index);
    if (!EntryFormat.isTransparent(entry) || EntryFormat.isSpecial(entry)) {
      return; // frames of a file or a device, or zeroes
    }
    long bits = aging == Aging.COLD ? PageProtection.ACCESSED : 0;
    if (aging == Aging.FREE) {
      bits = PageProtection.ACCESSED | PageProtection.DIRTY;
      long pfn = format.pfn(1, entry);
      for (int i = 0; i < tree.size(0); i++) {
        new KernelPage(memory, pfn + i).mark(KernelPage.Mark.LAZY_FREE);
      }
    }
    if (bits != 0) {
      synchronized (table) {
        table.exchange(index, table.entry(index) & ~bits);
      }
      changed = true;
    }
  }
}
