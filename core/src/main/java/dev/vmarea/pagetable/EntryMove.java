// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * Moves the entries of one range to another that does not overlap it. Goes over the range twice
 * with the same steps: first only to allocate the tables of the target, which may fail; then to
 * move, which cannot fail.
 *
 * <p>Where both ranges lie alike and cover all that a table maps, the table itself moves, as in
 * Linux (mm-semantics 5.3).
 */
final class EntryMove {
  private final TableTree tree;
  private final HugeEntries entries;
  private final long from;
  private final long to;
  private final long length;

  EntryMove(TableTree tree, HugeEntries entries, long from, long to, long length) {
    this.tree = tree;
    this.entries = entries;
    this.from = from;
    this.to = to;
    this.length = length;
  }

  void run() throws ErrnoException {
    pass(false);
    pass(true);
  }

  private void pass(boolean move) throws ErrnoException {
    for (long done = 0; done < length; ) {
      done += step(from + done, to + done, length - done, move);
    }
  }

  /** Handles what lies at {@code source} and returns how many bytes that was. */
  private long step(long source, long target, long left, boolean move) throws ErrnoException {
    TableNode node = tree.root();
    while (node.level() > 0) {
      int level = node.level();
      int index = tree.index(level, source);
      long part = Math.min(left, tree.slotEnd(level, source) - source);
      TableNode child = node.child(index);
      if (child == null && node.entry(index) != 0) {
        boolean stays = isWhole(level, target, part) && movesWhole(level, target);
        if (stays || !EntryFormat.isTransparent(node.entry(index))) {
          huge(node, index, target, part, move);
          return part;
        }
        child = entries.split(node, index);
      }
      if (child == null || child.isEmpty()) {
        return part;
      }
      if (isWhole(level, target, part) && movesWhole(level, target)) {
        TableNode parent = place(level, target);
        if (move) {
          tree.detach(node, index);
          synchronized (parent) {
            parent.attach(tree.index(level, target), child);
          }
        }
        return part;
      }
      node = child;
    }
    return pages(node, source, target, left, move);
  }

  /** Whether a part is all that a slot maps, at its old place and at its new one. */
  private boolean isWhole(int level, long target, long part) {
    return part == tree.span(level) && tree.slotStart(level, target) == target;
  }

  /** Whether nothing, not even an empty table, is in the way of a table. */
  private boolean movesWhole(int level, long target) {
    TableNode node = tree.root();
    while (node.level() > level) {
      TableNode child = node.child(tree.index(node.level(), target));
      if (child == null) {
        return true;
      }
      node = child;
    }
    return node.isFree(tree.index(level, target));
  }

  private TableNode place(int level, long target) throws ErrnoException {
    @Nullable TableNode node = tree.make(level, target);
    if (node == null) {
      throw PageTables.occupied(target);
    }
    return node;
  }

  /** A huge entry moves where a huge entry fits; else it goes, and will be faulted in again. */
  private void huge(TableNode node, int index, long target, long part, boolean move)
      throws ErrnoException {
    int level = node.level();
    boolean whole = isWhole(level, target, part) && movesWhole(level, target);
    TableNode place = whole ? place(level, target) : null;
    if (move) {
      long entry;
      synchronized (node) {
        entry = node.clear(index);
      }
      if (place != null) {
        synchronized (place) {
          place.store(tree.index(level, target), entry);
        }
      }
    }
  }

  private long pages(TableNode leaf, long source, long target, long left, boolean move)
      throws ErrnoException {
    int at = tree.index(0, source);
    int other = tree.index(0, target);
    int count = Math.min(leaf.size() - at, tree.size(0) - other);
    count = (int) Math.min(count, left >>> tree.shift(0));
    // Only where there is something: a table that lies in both ranges, empty at first, may by now
    // have got entries in the other one.
    if (leaf.hasEntries(at, at + count)) {
      TableNode place = place(0, target);
      if (move) {
        long[] taken = take(leaf, at, count);
        put(place, other, taken, target);
      }
    }
    return (long) count << tree.shift(0);
  }

  private static long[] take(TableNode leaf, int at, int count) {
    long[] taken = new long[count];
    synchronized (leaf) {
      for (int i = 0; i < count; i++) {
        if (leaf.entry(at + i) != 0) {
          taken[i] = leaf.clear(at + i);
        }
      }
    }
    return taken;
  }

  private void put(TableNode place, int at, long[] taken, long target) {
    synchronized (place) {
      for (int i = 0; i < taken.length; i++) {
        if (taken[i] != 0) {
          if (place.entry(at + i) != 0) {
            throw PageTables.occupied(target + i * tree.span(0));
          }
          place.store(at + i, taken[i]);
        }
      }
    }
  }
}
