// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/** Gives entries another protection, by the rule of {@link PageProtection#modify}. */
final class ProtectVisitor implements RangeVisitor<RuntimeException> {
  private final long kept;
  private final long keptHuge;
  private final long added;
  private final EntryFormat format;
  private final @Nullable PhysicalMemory ownPages;

  /**
   * A visitor.
   *
   * @param ownPages where private pages are that become writable at once if they are one process's
   *     alone (can_change_pte_writable); null if none are to
   */
  ProtectVisitor(EntryFormat format, PageProtection wanted, @Nullable PhysicalMemory ownPages) {
    this.format = format;
    this.ownPages = ownPages;
    kept = format.pfnMask() | PageProtection.KEPT_MASK;
    // The cache bit of pages is where huge entries say that they are huge.
    keptHuge = kept | PageProtection.HUGE | EntryFormat.TRANSPARENT;
    added = wanted.bits() & ~PageProtection.KEPT_MASK;
  }

  @Override
  public void leaf(TableNode leaf, int from, int to, long address) {
    synchronized (leaf) {
      long[] entries = leaf.entries();
      for (int i = leaf.isEmpty() ? to : from; i < to; i++) {
        long entry = entries[i];
        if (EntryFormat.isMapping(entry)) {
          entries[i] = (entry & kept) | added | (isOwn(entry) ? PageProtection.WRITE : 0);
        }
      }
    }
  }

  private boolean isOwn(long entry) {
    KernelPage page =
        ownPages == null || EntryFormat.isSpecial(entry)
            ? null
            : ownPages.page(format.pfn(0, entry));
    return page != null
        && page.kind() == KernelPage.Kind.ANONYMOUS
        && page.isExclusive()
        && !page.is(KernelPage.Mark.FORKED);
  }

  /** One that is to change only in part is cleared: it will be faulted in again. */
  @Override
  public void huge(TableNode table, int index, long address, boolean whole) {
    synchronized (table) {
      if (whole) {
        table.entries()[index] = (table.entry(index) & keptHuge) | added;
      } else {
        table.clear(index);
      }
    }
  }
}
