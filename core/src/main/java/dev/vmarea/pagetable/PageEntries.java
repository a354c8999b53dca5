// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/**
 * Entries of single pages, as faults change them. Several threads may be at the same page, so each
 * change says what it expects to find, and does nothing where it finds something else; then the
 * fault looks again. Addresses are bytes, page aligned, of pages that the tables can map.
 *
 * <p>Thread-safe; whoever changes an entry keeps the area that it lies in from being unmapped.
 */
public final class PageEntries {
  private final TableTree tree;
  private final EntryFormat format;
  private final Runnable invalidate;

  PageEntries(TableTree tree, EntryFormat format, Runnable invalidate) {
    this.tree = tree;
    this.format = format;
    this.invalidate = invalidate;
  }

  /**
   * Maps a page where nothing is mapped; the caller leaves the entry one reference to it, unless
   * the entry is special.
   *
   * @return whether it is mapped now because of this call
   * @throws ErrnoException ENOMEM if a table cannot be allocated
   */
  public boolean mapIfFree(long address, long pfn, PageProtection prot, boolean special)
      throws ErrnoException {
    TableNode leaf = tree.make(0, address);
    return leaf != null && storeIfFree(leaf, address, pfn, prot, special);
  }

  boolean storeIfFree(
      TableNode leaf, long address, long pfn, PageProtection prot, boolean special) {
    int index = tree.index(0, address);
    synchronized (leaf) {
      if (leaf.entry(index) != 0) {
        return false;
      }
      leaf.store(index, format.encode(0, pfn, prot, special));
      return true;
    }
  }

  /**
   * Puts another page in the place of what is mapped at an address, with the reference that the
   * caller leaves; who remembered the old entry is waited for.
   *
   * @param seen the entry that is to be replaced
   * @return whether it was; then its reference is the caller's
   */
  public boolean exchange(long address, long seen, long pfn, PageProtection prot, boolean special) {
    if (!exchange(address, seen, format.encode(0, pfn, prot, special))) {
      return false;
    }
    invalidate.run();
    return true;
  }

  /**
   * Adds bits to the entry of a page or huge page, such as WRITE and DIRTY.
   *
   * @param seen the entry that is to get them
   * @return whether it has them now because of this call
   */
  public boolean grant(long address, long seen, long bits) {
    return exchange(address, seen, seen | bits);
  }

  private boolean exchange(long address, long seen, long entry) {
    TableNode table = tree.lowest(address);
    int index = tree.index(table.level(), address);
    synchronized (table) {
      if (table.entry(index) != seen) {
        return false;
      }
      table.exchange(index, entry);
      return true;
    }
  }

  /**
   * Takes a reference to the page that an entry maps.
   *
   * @param seen the entry
   * @return the page, or null if the entry is another one now or maps no page
   */
  public @Nullable KernelPage reference(long address, long seen, PhysicalMemory memory) {
    TableNode leaf = tree.leaf(address);
    if (leaf == null) {
      return null;
    }
    synchronized (leaf) {
      boolean same = leaf.entry(tree.index(0, address)) == seen;
      KernelPage page = same ? memory.page(format.pfn(0, seen)) : null;
      if (page != null) {
        page.get();
      }
      return page;
    }
  }
}
