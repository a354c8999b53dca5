// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;

/**
 * Guard markers: entries that hold no page, and at which every access fails as if nothing were
 * mapped (MADV_GUARD_INSTALL, mm-semantics 5.4). They stay when contents are discarded or a file is
 * cut, move and fork like pages, and go with their area.
 */
final class GuardMarkers {
  private final TableTree tree;

  GuardMarkers(TableTree tree) {
    this.tree = tree;
  }

  /**
   * Puts a marker wherever nothing is in [start, end).
   *
   * @return whether all of the range has markers now; false if pages are in the way
   * @throws ErrnoException ENOMEM if a table cannot be allocated; markers put before stay
   */
  boolean install(long start, long end) throws ErrnoException {
    boolean complete = true;
    for (long at = start; at < end; ) {
      long next = Math.min(end, tree.slotEnd(1, at));
      TableNode leaf = tree.make(0, at);
      if (leaf == null) {
        complete = false;
      } else {
        synchronized (leaf) {
          complete &= fill(leaf, at, next);
        }
      }
      at = next;
    }
    return complete;
  }

  private boolean fill(TableNode leaf, long start, long end) {
    boolean complete = true;
    int from = tree.index(0, start);
    int to = from + (int) ((end - start) >>> tree.shift(0));
    synchronized (leaf) {
      for (int i = from; i < to; i++) {
        if (leaf.isFree(i)) {
          leaf.store(i, EntryFormat.GUARD);
        }
        complete &= EntryFormat.isGuard(leaf.entry(i));
      }
    }
    return complete;
  }

  /** Takes the markers of [start, end) away, and nothing else. */
  void remove(long start, long end) {
    tree.visit(
        start,
        end,
        new Search() {
          @Override
          void found(TableNode leaf, int index, long address) {
            synchronized (leaf) {
              leaf.clear(index);
            }
          }
        });
  }

  /** The first address in [start, end) that has a marker; -1 if none has. */
  long first(long start, long end) {
    long[] first = {-1};
    tree.visit(
        start,
        end,
        new Search() {
          @Override
          void found(TableNode leaf, int index, long address) {
            if (first[0] < 0) {
              first[0] = address;
            }
          }
        });
    return first[0];
  }

  /** Told of each marker in a range. */
  private abstract class Search implements RangeVisitor<RuntimeException> {
    abstract void found(TableNode leaf, int index, long address);

    @Override
    public void leaf(TableNode leaf, int from, int to, long address) {
      long at = address;
      synchronized (leaf) {
        for (int i = from; i < to; i++, at += tree.span(0)) {
          if (EntryFormat.isGuard(leaf.entry(i))) {
            found(leaf, i, at);
          }
        }
      }
    }

    @Override
    public void huge(TableNode table, int index, long address, boolean whole) {
      // A page, no marker.
    }
  }
}
