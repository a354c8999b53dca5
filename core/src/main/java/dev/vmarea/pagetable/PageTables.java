// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The page tables of one address space: a radix tree of tables of the architecture's shape, with
 * entries as {@link EntryFormat} writes them. Knows addresses and page frames, but no areas.
 *
 * <p>Addresses and lengths are bytes, multiples of the page size; ranges are half-open and lie
 * below {@link Architecture#addressLimit()}. What breaks this, or fills what is filled, is a
 * mistake of the caller, as it would be a bug of the kernel: an {@link IllegalArgumentException} or
 * {@link IllegalStateException}.
 *
 * <p>Ordinary entries are of pages and each holds a reference to its page, as far as there is one
 * at that frame; special entries are bare frames and hold none. The bit that says so is kept on
 * every architecture, because these tables ask no area; who decides as an architecture without such
 * a bit does asks {@link Architecture#hasSpecialEntries()}.
 *
 * <p>Huge entries are of three kinds ({@link HugeEntries} makes the latter two):
 *
 * <ul>
 *   <li>Bare frames of a driver. They can be faulted in again, so that what concerns only a part of
 *       such an entry clears all of it.
 *   <li>Pages of hugetlb. Areas of hugetlb are cut between huge pages only, so that nothing ever
 *       concerns a part of one.
 *   <li>Transparent ones, of anonymous memory: frames that could be pages of their own, or the huge
 *       page of zeroes. What concerns only a part of one first cuts it up into entries of pages,
 *       with the same contents; the table for them was set aside before, so that it cannot fail.
 * </ul>
 *
 * <p>One writer at a time: who changes something holds the lock of the address space. {@link
 * #entry}, {@link #entryLevel} and {@link #walk} need no lock; beside a writer they see of each
 * entry the old value or the new one.
 */
public final class PageTables {
  private final Architecture architecture;
  private final EntryFormat format;
  private final TableTree tree;
  private volatile long generation;
  private final AccessorSet accessors = new AccessorSet();
  private final HugeEntries huge;

  /**
   * Empty tables.
   *
   * @param tableAllocationFails asked before each allocation of a table but the top one; true fails
   *     it
   * @throws IllegalArgumentException if the architecture has no page tables
   */
  public PageTables(Architecture architecture, BooleanSupplier tableAllocationFails) {
    this.architecture = architecture;
    this.format = new EntryFormat(architecture);
    this.tree = new TableTree(architecture, tableAllocationFails);
    this.huge = new HugeEntries(tree, format, this::invalidate);
  }

  /** Whose tables these are. */
  public Architecture architecture() {
    return architecture;
  }

  /** How entries are written. */
  public EntryFormat format() {
    return format;
  }

  /** Huge entries of ordinary pages. */
  public HugeEntries huge() {
    return huge;
  }

  /**
   * Maps consecutive frames at consecutive pages, always with page entries (mm-semantics 6.2).
   *
   * @param start address of the first page
   * @param pfn first page frame number
   * @param pages number of pages, positive
   * @param special true for bare frames; false if each frame is a page of which the caller leaves
   *     one reference to the entry
   * @throws ErrnoException EINVAL if {@code start} is not page aligned; ENOMEM if a table cannot be
   *     allocated: what was filled before stays, for the caller to {@link #zap}
   * @throws IllegalStateException if an entry is occupied; the message has its address
   */
  public void fill(long start, long pfn, long pages, PageProtection prot, boolean special)
      throws ErrnoException {
    if ((start & (tree.span(0) - 1)) != 0) {
      throw Errno.EINVAL.failure();
    }
    checkCount(pages, 0);
    checkRange(start, start + (pages << tree.shift(0)));
    checkMapping(prot);
    new EntryFill(tree, format, 0, prot, special)
        .fillAll(start, pfn << EntryFormat.PFN_SHIFT, pages);
  }

  /**
   * Maps one page, which gets a reference more (vm_insert_page, mm-semantics 6.6).
   *
   * @throws ErrnoException EFAULT if a table above the leaf cannot be allocated; ENOMEM if the leaf
   *     cannot; EINVAL if the page may not be mapped; EBUSY if something is mapped there. In this
   *     order.
   */
  public void insertPage(long address, KernelPage page, PageProtection prot) throws ErrnoException {
    checkPage(address, prot);
    try {
      tree.make(1, address);
    } catch (ErrnoException noTable) {
      throw Errno.EFAULT.failure();
    }
    TableNode leaf = tree.make(0, address);
    if (!page.isMappable()) {
      throw Errno.EINVAL.failure();
    }
    int index = tree.index(0, address);
    if (leaf == null || leaf.entry(index) != 0) {
      throw Errno.EBUSY.failure();
    }
    page.get();
    leaf.store(index, format.encode(0, page.pfn(), prot, false));
  }

  /**
   * Maps one bare frame, unless something is mapped there (vmf_insert_pfn, mm-semantics 6.6).
   *
   * @return whether it is mapped now because of this call
   * @throws ErrnoException ENOMEM if a table cannot be allocated
   */
  public boolean insertPfn(long address, long pfn, PageProtection prot) throws ErrnoException {
    checkPage(address, prot);
    TableNode leaf = tree.make(0, address);
    int index = tree.index(0, address);
    if (leaf == null || leaf.entry(index) != 0) {
      return false;
    }
    leaf.store(index, format.encode(0, pfn, prot, true));
    return true;
  }

  /**
   * Maps bare frames by one huge entry, unless an entry or a table is there (vmf_insert_pfn_pmd and
   * its kin, mm-semantics 6.2).
   *
   * @param level 1 for Linux's PMD, 2 for its PUD
   * @param address aligned to what an entry of this level maps
   * @param pfn first page frame number, aligned in the same way
   * @return whether it is mapped now because of this call
   * @throws ErrnoException ENOMEM if a table cannot be allocated
   * @throws IllegalArgumentException if the architecture has no huge pages at this level, or for
   *     what is not aligned
   */
  public boolean insertHuge(int level, long address, long pfn, PageProtection prot)
      throws ErrnoException {
    checkHuge(level, address, pfn, 1);
    checkMapping(prot);
    TableNode table = tree.make(level, address);
    int index = tree.index(level, address);
    if (table == null || !table.isFree(index)) {
      return false;
    }
    table.store(index, format.encode(level, pfn, prot, true));
    return true;
  }

  /**
   * Maps consecutive frames by {@code count} huge entries, each as {@link #insertHuge(int, long,
   * long, PageProtection)} does.
   *
   * @return how many are mapped now because of this call
   * @throws ErrnoException ENOMEM if a table cannot be allocated; what was mapped before stays
   */
  public long insertHuge(int level, long address, long pfn, long count, PageProtection prot)
      throws ErrnoException {
    checkHuge(level, address, pfn, count);
    checkMapping(prot);
    return new EntryFill(tree, format, level, prot, true)
        .fillFree(address, pfn << EntryFormat.PFN_SHIFT, count);
  }

  /**
   * Clears all entries of a range, and drops the references that ordinary ones hold. A driver's
   * huge entry that is only partly inside is cleared, too: its other part will be faulted in again.
   * Tables stay.
   *
   * @return number of entries cleared, huge ones counting once
   */
  public long zap(long start, long end, PhysicalMemory memory) {
    checkRange(start, end);
    return zap(start, end, new ZapVisitor(tree, format, memory, false));
  }

  /**
   * The same for pages of files alone: private copies and bare frames stay, but huge entries, which
   * can be faulted in again, go.
   */
  public long zapFilePages(long start, long end, PhysicalMemory memory) {
    checkRange(start, end);
    return zap(start, end, new ZapVisitor(tree, format, memory, true));
  }

  private long zap(long start, long end, ZapVisitor visitor) {
    huge.splitEdges(start, end);
    tree.visit(start, end, visitor);
    if (visitor.cleared() > 0) {
      invalidate();
      visitor.release();
    }
    return visitor.cleared();
  }

  /**
   * Changes whenever an entry is taken away or grants less: whoever remembers entries forgets them
   * then. Safe without a lock.
   */
  public long generation() {
    return generation;
  }

  /** Those who remember entries: they are waited for after each such change. */
  public AccessorSet accessors() {
    return accessors;
  }

  private void invalidate() {
    long next = generation + 1;
    generation = next; // the only writer
    accessors.awaitGeneration(next);
  }

  /**
   * Maps a page where nothing is mapped; the caller leaves the entry one reference to it, unless
   * the entry is special.
   *
   * @throws ErrnoException ENOMEM if a table cannot be allocated
   * @throws IllegalStateException if something is mapped there
   */
  public void map(long address, long pfn, PageProtection prot, boolean special)
      throws ErrnoException {
    checkPage(address, prot);
    TableNode leaf = tree.make(0, address);
    int index = tree.index(0, address);
    if (leaf == null || leaf.entry(index) != 0) {
      throw occupied(address);
    }
    leaf.store(index, format.encode(0, pfn, prot, special));
  }

  /**
   * Puts another page in the place of what is mapped at an address, with the reference that the
   * caller leaves; who remembered the old entry is waited for.
   *
   * @return the old entry, whose reference is the caller's now
   * @throws IllegalStateException if no page is mapped there
   */
  public long replace(long address, long pfn, PageProtection prot, boolean special) {
    checkPage(address, prot);
    TableNode leaf = tree.leaf(address);
    int index = tree.index(0, address);
    if (leaf == null || leaf.entry(index) == 0) {
      throw new IllegalStateException("nothing is mapped at " + hex(address));
    }
    long old = leaf.exchange(index, format.encode(0, pfn, prot, special));
    invalidate();
    return old;
  }

  /** Adds bits to the entry of a page, such as WRITE and DIRTY; it must exist. */
  public void grant(long address, long bits) {
    TableNode leaf = tree.leaf(address);
    int index = tree.index(0, address);
    if (leaf == null || leaf.entry(index) == 0) {
      throw new IllegalStateException("nothing is mapped at " + hex(address));
    }
    leaf.entries()[index] |= bits;
  }

  /**
   * Frees tables that lie over a range, if all that such a table could map lies in [floor, ceiling)
   * (mm-semantics 5.1). The caller has cleared their entries; a table that still maps something
   * stays.
   *
   * @param floor end of the area before, or 0
   * @param ceiling start of the area behind, or for none 0 or the limit of addresses
   */
  public void freeTables(long start, long end, long floor, long ceiling) {
    checkRange(start, end);
    boolean open = ceiling == 0 || ceiling >= architecture.addressLimit();
    if (start < end) {
      tree.freeBelow(tree.root(), start, end, floor, open ? Long.MAX_VALUE : ceiling);
    }
  }

  /**
   * Gives what is mapped in a range another protection: {@link PageProtection#modify}, so cache
   * modes stay. A driver's huge entry that is only partly inside is cleared.
   */
  public void protect(long start, long end, PageProtection wanted) {
    checkRange(start, end);
    checkMapping(wanted);
    huge.splitEdges(start, end);
    tree.visit(start, end, new ProtectVisitor(format, wanted));
    invalidate();
  }

  /**
   * Moves what is mapped in [from, from + length) to [to, to + length), with its references. A
   * driver's huge entry that does not fit there is cleared. The ranges may overlap, as when exec
   * shifts a stack; then all of those are cleared.
   *
   * @throws ErrnoException ENOMEM if a table cannot be allocated: nothing has moved, but huge
   *     entries may be gone and tables that were allocated stay, for the caller to {@link
   *     #freeTables}
   * @throws IllegalStateException if an entry of the target is occupied
   */
  public void move(long from, long to, long length) throws ErrnoException {
    checkRange(from, from + length);
    checkRange(to, to + length);
    if (from == to || length == 0) {
      return;
    }
    try {
      if (Math.abs(from - to) < length) {
        huge.splitAll(from, from + length);
        new OverlappingMove(tree, from, to, length).run();
      } else {
        new EntryMove(tree, huge, from, to, length).run();
      }
    } finally {
      invalidate(); // huge entries may be gone even if nothing moved
    }
  }

  /**
   * Copies what is mapped in a range into the same range of other tables, as fork does
   * (mm-semantics 5.9). The copy is not accessed, and if shared not dirty either; ordinary entries
   * take another reference. A driver's huge entry that is only partly inside is not copied.
   *
   * @param child tables of the same architecture, empty in this range
   * @param copyOnWrite whether the mapping is private and may be written: what is writable becomes
   *     read-only in both
   * @throws ErrnoException ENOMEM if a table of the child cannot be allocated; what was copied
   *     before stays, for the caller to {@link #zap}
   * @throws IllegalStateException if an entry of the child is occupied
   */
  public void copyTo(
      PageTables child, long start, long end, boolean copyOnWrite, PhysicalMemory memory)
      throws ErrnoException {
    checkRange(start, end);
    if (child.architecture != architecture) {
      throw new IllegalArgumentException(architecture + " is not " + child.architecture);
    }
    huge.splitEdges(start, end);
    try {
      tree.visit(start, end, new CopyVisitor(format, child.tree, copyOnWrite, memory));
    } finally {
      if (copyOnWrite) {
        invalidate(); // what is writable no longer is
      }
    }
  }

  /** The raw entry that maps this address (any byte), or 0. */
  public long entry(long address) {
    TableNode node = lowest(address);
    return node == null ? 0 : node.entry(tree.index(node.level(), address));
  }

  /** The level of the entry that maps this address (any byte): 0 for a page; -1 for none. */
  public int entryLevel(long address) {
    TableNode node = lowest(address);
    return node != null && node.entry(tree.index(node.level(), address)) != 0 ? node.level() : -1;
  }

  /** The table that has the entry of an address, if there is one; null without a slot for it. */
  private @Nullable TableNode lowest(long address) {
    if (!tree.covers(address)) {
      return null;
    }
    TableNode node = tree.root();
    while (node.level() > 0) {
      int index = tree.index(node.level(), address);
      TableNode child = node.child(index);
      if (child == null && node.entry(index) == 0) {
        child = node.child(index); // a huge entry may just have been cut up into a table
      }
      if (child == null) {
        break;
      }
      node = child;
    }
    return node;
  }

  /** Visits all entries that map something in a range, by address; also huge ones partly inside. */
  public void walk(long start, long end, EntryVisitor visitor) {
    checkRange(start, end);
    tree.visit(start, end, new WalkVisitor(visitor, tree.span(0)));
  }

  /** What is mapped in a range, summed up to maximal runs; also huge entries partly inside. */
  public List<EntryRun> runs(long start, long end) {
    RunCollector collector = new RunCollector(tree, format);
    walk(start, end, collector);
    return collector.finish();
  }

  /** Number of table pages now, without the top one, which is always there. */
  public long tablePages() {
    long sum = 0;
    for (int level = 0; level < tree.top(); level++) {
      sum += tree.tables(level);
    }
    return sum;
  }

  /** Number of table pages of a level now; 0 for the top one. */
  public long tablePages(int level) {
    return tree.tables(level);
  }

  /**
   * Checks every invariant: counts, entries, and that no slot has an entry and a table.
   *
   * @throws IllegalStateException naming the first one that is broken
   */
  public void verify() {
    new TableInvariants(tree, format, architecture.maxHugeLevel()).check();
  }

  /** For tests. */
  TableTree tree() {
    return tree;
  }

  /** Something is mapped where nothing may be. */
  static IllegalStateException occupied(long address) {
    return new IllegalStateException("the page-table entry at " + hex(address) + " is occupied");
  }

  private void checkRange(long start, long end) {
    long offset = tree.span(0) - 1;
    if (start < 0
        || end < start
        || end > architecture.addressLimit()
        || ((start | end) & offset) != 0) {
      throw new IllegalArgumentException("no range of user pages: " + hex(start) + "-" + hex(end));
    }
  }

  private void checkHuge(int level, long address, long pfn, long count) {
    if (level < 1 || level > architecture.maxHugeLevel()) {
      throw new IllegalArgumentException(architecture + " has no huge pages at level " + level);
    }
    if (((address | pfn << tree.shift(0)) & (tree.span(level) - 1)) != 0) {
      throw new IllegalArgumentException(
          "not aligned to level " + level + ": " + hex(address) + ", pfn " + hex(pfn));
    }
    checkCount(count, level);
    checkRange(address, address + (count << tree.shift(level)));
  }

  /** Keeps the arithmetic on addresses from overflowing. */
  private void checkCount(long count, int level) {
    if (count <= 0 || count > architecture.addressLimit() >>> tree.shift(level)) {
      throw new IllegalArgumentException("entries to fill: " + count);
    }
  }

  private static String hex(long value) {
    return Long.toHexString(value);
  }

  private void checkPage(long address, PageProtection prot) {
    checkRange(address, address + tree.span(0));
    checkMapping(prot);
  }

  private static void checkMapping(PageProtection prot) {
    if (!prot.isMapping()) {
      throw new IllegalArgumentException("an entry with this protection maps nothing: " + prot);
    }
  }
}
