// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.PageProtection;

/** Gives entries another protection, by the rule of {@link PageProtection#modify}. */
final class ProtectVisitor implements RangeVisitor<RuntimeException> {
  private final long kept;
  private final long keptHuge;
  private final long added;

  ProtectVisitor(EntryFormat format, PageProtection wanted) {
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
          entries[i] = (entry & kept) | added;
        }
      }
    }
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
