// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

/** Told about entries of page tables; see {@link PageTables#walk}. */
@FunctionalInterface
public interface EntryVisitor {
  /**
   * An entry that maps something.
   *
   * @param address first byte that it maps
   * @param level 0 for a page, 1 and above for a huge one
   * @param entry the raw entry, see {@link EntryFormat}
   */
  void visit(long address, int level, long entry);
}
