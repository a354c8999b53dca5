// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One table page. A slot of a leaf (level 0) has an entry or none; a slot of a table above has a
 * table below it, or where huge pages may be mapped an entry, or nothing.
 *
 * <p>Its monitor is the lock of the table: who changes slots or counts holds it, but never that of
 * another table of the same tree with it. A table below is published, complete and empty, by a
 * release store of its parent's slot, an entry by one of its own; many at once are plain elements
 * of a {@code long[]} before a fence. So a reader without a lock sees the old entry or the new one,
 * and with it what the page held when it was mapped.
 */
final class TableNode {
  private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(TableNode[].class);
  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);
  private static final long[] NO_ENTRIES = {};

  private final int level;
  private final int size;
  private final long[] entries;
  private final @Nullable TableNode[] children;

  /** Slots that are not empty. */
  private int used;

  /** Entries that a page reference belongs to. */
  private int ordinary;

  /**
   * An empty table.
   *
   * @param size number of slots
   * @param entries whether its slots may hold entries
   */
  TableNode(int level, int size, boolean entries) {
    this.level = level;
    this.size = size;
    this.entries = entries ? new long[size] : NO_ENTRIES;
    this.children = new @Nullable TableNode[level == 0 ? 0 : size];
  }

  int level() {
    return level;
  }

  int size() {
    return size;
  }

  /** The entries themselves; whoever changes them keeps {@link #changed} informed. */
  long[] entries() {
    return entries;
  }

  /** The entry in a slot, or 0. */
  long entry(int index) {
    return entries.length == 0 ? 0 : (long) ENTRY.getAcquire(entries, index);
  }

  /** Whether one of the slots [from, to) has an entry. */
  boolean hasEntries(int from, int to) {
    long all = 0;
    for (int i = from; i < to; i++) {
      all |= entries[i];
    }
    return all != 0;
  }

  /** The table below a slot, or null; safe without a lock. */
  @Nullable TableNode child(int index) {
    return (TableNode) CHILD.getAcquire(children, index);
  }

  /** Whether a slot has neither an entry nor a table. */
  boolean isFree(int index) {
    return entry(index) == 0 && (level == 0 || child(index) == null);
  }

  /** Puts a table below an empty slot. */
  void attach(int index, TableNode child) {
    CHILD.setRelease(children, index, child);
    used++;
  }

  /** Makes a slot with a table empty. */
  void detach(int index) {
    CHILD.setRelease(children, index, null);
    used--;
  }

  /** Stores an entry into an empty slot. */
  void store(int index, long entry) {
    ENTRY.setRelease(entries, index, entry);
    used++;
    if (!EntryFormat.isSpecial(entry)) {
      ordinary++;
    }
  }

  /** Empties a slot that has an entry, and returns that. */
  long clear(int index) {
    long entry = entries[index];
    entries[index] = 0;
    used--;
    if (!EntryFormat.isSpecial(entry)) {
      ordinary--;
    }
    return entry;
  }

  /** Stores an entry in the place of another, by one store; returns that. */
  long exchange(int index, long entry) {
    long old = entries[index];
    ENTRY.setRelease(entries, index, entry);
    ordinary += (EntryFormat.isSpecial(entry) ? 0 : 1) - (EntryFormat.isSpecial(old) ? 0 : 1);
    return old;
  }

  /** So many entries came (or went, if negative), of which so many are ordinary. */
  void changed(int count, int ordinaryCount) {
    used += count;
    ordinary += ordinaryCount;
  }

  boolean isEmpty() {
    return used == 0;
  }

  int used() {
    return used;
  }

  int ordinary() {
    return ordinary;
  }
}
