// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

/** Hands every entry of a range on. Reads each entry once: a writer may be at work beside it. */
final class WalkVisitor implements RangeVisitor<RuntimeException> {
  private final EntryVisitor visitor;
  private final long pageSize;
  private final boolean guards;

  WalkVisitor(EntryVisitor visitor, long pageSize, boolean guards) {
    this.guards = guards;
    this.visitor = visitor;
    this.pageSize = pageSize;
  }

  @Override
  public void leaf(TableNode leaf, int from, int to, long address) {
    long at = address;
    for (int i = from; i < to; i++, at += pageSize) {
      long entry = leaf.entry(i);
      if (EntryFormat.isMapping(entry) || guards && EntryFormat.isGuard(entry)) {
        visitor.visit(at, 0, entry);
      }
    }
  }

  @Override
  public void huge(TableNode table, int index, long address, boolean whole) {
    long entry = table.entry(index);
    if (entry != 0) {
      visitor.visit(address, table.level(), entry);
    }
  }
}
