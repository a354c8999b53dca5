// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.PageProtection;

/** Checks tables from the top down and names the first broken invariant. */
final class TableInvariants {
  private final TableTree tree;
  private final EntryFormat format;
  private final int maxHugeLevel;
  private final long[] tables;
  private long transparent;

  TableInvariants(TableTree tree, EntryFormat format, int maxHugeLevel) {
    this.tree = tree;
    this.format = format;
    this.maxHugeLevel = maxHugeLevel;
    this.tables = new long[tree.top() + 1];
  }

  void check() {
    table(tree.root(), 0);
    tables[0] += transparent;
    if (transparent != tree.deposits()) {
      throw broken(
          "tables set aside are " + tree.deposits() + ", huge entries for them " + transparent,
          0,
          0);
    }
    for (int level = 0; level < tree.top(); level++) {
      if (tables[level] != tree.tables(level)) {
        throw broken(
            "count of tables is " + tree.tables(level) + ", there are " + tables[level], level, 0);
      }
    }
  }

  private static IllegalStateException broken(String what, int level, long address) {
    return new IllegalStateException(
        "PageTables: " + what + " (level " + level + " at " + Long.toHexString(address) + ")");
  }

  private void table(TableNode node, long start) {
    int level = node.level();
    int used = 0;
    int ordinary = 0;
    for (int i = 0; i < node.size(); i++) {
      long address = start + i * tree.span(level);
      long entry = node.entry(i);
      TableNode child = level == 0 ? null : node.child(i);
      if (entry != 0) {
        entry(level, entry, address);
        used++;
        ordinary += EntryFormat.isSpecial(entry) ? 0 : 1;
      }
      if (child != null) {
        if (entry != 0) {
          throw broken("a slot has an entry and a table", level, address);
        }
        if (child.level() != level - 1) {
          throw broken("a table of level " + child.level() + " below", level, address);
        }
        used++;
        tables[level - 1]++;
        table(child, address);
      }
    }
    if (used != node.used()) {
      throw broken("used slots are " + used + ", counted " + node.used(), level, start);
    }
    if (ordinary != node.ordinary()) {
      throw broken(
          "ordinary entries are " + ordinary + ", counted " + node.ordinary(), level, start);
    }
  }

  private void entry(int level, long entry, long address) {
    if (level == 0 && EntryFormat.isGuard(entry)) {
      return;
    }
    if (!new PageProtection(entry).isMapping()) {
      throw broken("an entry that maps nothing: " + Long.toHexString(entry), level, address);
    }
    if (level == 0) {
      return;
    }
    long frames = tree.span(level) >>> tree.shift(0);
    if (level > maxHugeLevel || (entry & PageProtection.HUGE) == 0) {
      throw broken("a page entry above the leaf", level, address);
    }
    if (EntryFormat.isTransparent(entry)) {
      if (level != 1) {
        throw broken("a transparent huge entry", level, address);
      }
      transparent++;
    }
    if (format.pfn(level, entry) % frames != 0) {
      throw broken("a huge entry that is not of aligned frames", level, address);
    }
  }
}
