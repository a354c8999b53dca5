// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tables of one address space as a tree: which slot an address has, how tables come and go. The
 * top table is there from the beginning to the end and, as in Linux, not counted.
 *
 * <p>Tables may be made by several threads at once. They are freed and moved only where no other
 * thread can want one: nothing is mapped in all that such a table maps, or whoever changes it has
 * locked all that is.
 */
final class TableTree {
  private final BooleanSupplier allocationFails;
  private final int top;
  private final int maxHugeLevel;

  /** log2 of the bytes that a slot of a table at each level maps. */
  private final int[] shifts;

  /** Slots of a table at each level. */
  private final int[] sizes;

  private final AtomicLongArray tables;
  private final TableNode root;

  /** Leaf tables set aside for transparent huge entries; they count as tables. */
  private final AtomicLong deposits = new AtomicLong();

  /**
   * The table that was made for a driver last: the next one asked for is often the same. For the
   * address space's writer alone.
   */
  private @Nullable TableNode recent;

  /** First byte that {@link #recent} maps. */
  private long recentStart;

  TableTree(Architecture architecture, BooleanSupplier allocationFails) {
    if (!architecture.hasMmu()) {
      throw new IllegalArgumentException(architecture + " has no page tables");
    }
    this.allocationFails = allocationFails;
    int levels = architecture.levels();
    top = levels - 1;
    maxHugeLevel = architecture.maxHugeLevel();
    shifts = new int[levels + 1];
    sizes = new int[levels];
    tables = new AtomicLongArray(levels);
    shifts[0] = architecture.pageShift();
    for (int level = 0; level < levels; level++) {
      shifts[level + 1] = shifts[level] + architecture.indexBits(level);
      sizes[level] = 1 << architecture.indexBits(level);
    }
    root = newTable(top);
  }

  private TableNode newTable(int level) {
    return new TableNode(level, sizes[level], level <= maxHugeLevel);
  }

  int maxHugeLevel() {
    return maxHugeLevel;
  }

  int top() {
    return top;
  }

  TableNode root() {
    return root;
  }

  /** Whether the tables have a slot for this address at all. */
  boolean covers(long address) {
    return address >>> shifts[top + 1] == 0;
  }

  /** Bytes that a slot of a table at this level maps. */
  long span(int level) {
    return 1L << shifts[level];
  }

  int shift(int level) {
    return shifts[level];
  }

  /** Slots of a table at this level. */
  int size(int level) {
    return sizes[level];
  }

  int index(int level, long address) {
    return (int) (address >>> shifts[level]) & (sizes[level] - 1);
  }

  /** First byte that the slot of this address maps, in a table at this level. */
  long slotStart(int level, long address) {
    return address & -span(level);
  }

  /** Byte after the last one that the slot of this address maps. */
  long slotEnd(int level, long address) {
    return slotStart(level, address) + span(level);
  }

  long tables(int level) {
    return tables.get(level);
  }

  /** As {@link #make}, and quicker if it was asked for last; for the address space's writer. */
  @Nullable TableNode makeNext(int level, long address) throws ErrnoException {
    TableNode last = recent;
    if (last != null
        && last.level() == level
        && address >>> shifts[level + 1] == recentStart >>> shifts[level + 1]) {
      return last;
    }
    TableNode node = make(level, address);
    recent = node;
    recentStart = slotStart(level + 1, address);
    return node;
  }

  /**
   * The table at this level that has a slot for the address, made if it is missing; null if a huge
   * page is mapped there.
   *
   * @throws ErrnoException ENOMEM if a table cannot be allocated; those made before stay
   */
  @Nullable TableNode make(int level, long address) throws ErrnoException {
    TableNode node = root;
    while (node.level() > level) {
      int index = index(node.level(), address);
      TableNode child = node.child(index);
      if (child == null) {
        child = allocate(node, index);
        if (child == null) {
          return null;
        }
      }
      node = child;
    }
    return node;
  }

  /** The leaf table that has a slot for the address, or null. */
  @Nullable TableNode leaf(long address) {
    TableNode node = lowest(address);
    return node.level() == 0 ? node : null;
  }

  /** The lowest table that has a slot for the address: the one that has its entry, if any has. */
  TableNode lowest(long address) {
    TableNode node = root;
    while (node.level() > 0) {
      int index = index(node.level(), address);
      TableNode child = node.child(index);
      if (child == null && node.entry(index) == 0) {
        child = node.child(index); // a huge entry may just have been cut up into a table
      }
      if (child == null) {
        return node;
      }
      node = child;
    }
    return node;
  }

  /** The table below a slot that had none; null if there is an entry. */
  private @Nullable TableNode allocate(TableNode parent, int index) throws ErrnoException {
    synchronized (parent) {
      TableNode there = parent.child(index);
      if (there != null || parent.entry(index) != 0) {
        return there;
      }
      if (allocationFails.getAsBoolean()) {
        throw Errno.ENOMEM.failure();
      }
      int level = parent.level() - 1;
      TableNode table = newTable(level);
      tables.incrementAndGet(level);
      parent.attach(index, table);
      return table;
    }
  }

  /**
   * Sets a leaf table aside, so that cutting a huge entry up cannot fail. As in Linux it counts at
   * once; here only the count is kept.
   *
   * @throws ErrnoException ENOMEM if a table cannot be allocated
   */
  void deposit() throws ErrnoException {
    if (allocationFails.getAsBoolean()) {
      throw Errno.ENOMEM.failure();
    }
    tables.incrementAndGet(0);
    deposits.incrementAndGet();
  }

  /** A huge entry with a table set aside goes. */
  void withdraw() {
    tables.decrementAndGet(0);
    deposits.decrementAndGet();
  }

  /** Leaf tables set aside. */
  long deposits() {
    return deposits.get();
  }

  /** A leaf table that was set aside, empty, to be put where its huge entry is. */
  TableNode takeDeposit() {
    deposits.decrementAndGet();
    return newTable(0);
  }

  /** Sets the empty leaf table below a slot aside for a huge entry. */
  void depositChild(TableNode parent, int index) {
    detach(parent, index);
    deposits.incrementAndGet();
  }

  /** Frees the table below a slot. */
  void free(TableNode parent, int index) {
    tables.decrementAndGet(parent.level() - 1);
    detach(parent, index);
  }

  /** Takes away the table below a slot; it goes on existing elsewhere. */
  void detach(TableNode parent, int index) {
    recent = null;
    synchronized (parent) {
      parent.detach(index);
    }
  }

  /** Visits leaf tables and huge pages of [start, end) in order; finds nothing where none are. */
  <X extends Exception> void visit(long start, long end, RangeVisitor<X> visitor) throws X {
    if (start < end) {
      visit(root, start, end, visitor);
    }
  }

  private <X extends Exception> void visit(
      TableNode node, long start, long end, RangeVisitor<X> visitor) throws X {
    int level = node.level();
    if (level == 0) {
      int from = index(0, start);
      visitor.leaf(node, from, from + (int) ((end - start) >>> shifts[0]), start);
      return;
    }
    for (long at = start; at < end; ) {
      long next = Math.min(end, slotEnd(level, at));
      int index = index(level, at);
      TableNode child = node.child(index);
      if (child != null) {
        visit(child, at, next, visitor);
      } else if (node.entry(index) != 0) {
        long slot = slotStart(level, at);
        visitor.huge(node, index, slot, next - slot == span(level) && at == slot);
      }
      at = next;
    }
  }

  /** Frees empty tables under a node; see {@link PageTables#freeTables}. */
  void freeBelow(TableNode node, long start, long end, long floor, long ceiling) {
    int level = node.level();
    for (long at = start; at < end; at = slotEnd(level, at)) {
      int index = index(level, at);
      TableNode child = node.child(index);
      if (child == null) {
        continue;
      }
      long from = slotStart(level, at);
      long to = slotEnd(level, at);
      if (level > 1) {
        freeBelow(child, Math.max(from, start), Math.min(to, end), floor, ceiling);
      }
      if (from >= floor && to <= ceiling && child.isEmpty()) {
        free(node, index);
      }
    }
  }
}
