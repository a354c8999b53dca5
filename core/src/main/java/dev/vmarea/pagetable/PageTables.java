// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
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
 * <p>Who changes something has the address space's lock, or keeps others from changing what is
 * mapped there in another way: faults hold the lock of their area, and several may be at the same
 * page. For them are {@link #pages}. {@link #entry}, {@link #entryLevel}, {@link #frame} and {@link
 * #walk} need no lock; beside a writer they see of each entry the old value or the new one.
 */
public final class PageTables {
  private static final VarHandle GENERATION;

  static {
    try {
      GENERATION = MethodHandles.lookup().findVarHandle(PageTables.class, "generation", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Architecture architecture;
  private final EntryFormat format;
  private final TableTree tree;

  @SuppressWarnings("UnusedVariable") // written through GENERATION
  private volatile long generation;

  private volatile long moves; // by the address space's writer

  private final AccessorSet accessors = new AccessorSet();
  private final PageEntries pages;
  private final HugeEntries huge;

  /** Whether there may be guard markers; once true, for good. */
  private volatile boolean guarded;

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
    this.pages = new PageEntries(tree, format, this::invalidate);
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
    page.get();
    if (leaf == null || !pages.storeIfFree(leaf, address, page.pfn(), prot, false)) {
      page.put();
      throw Errno.EBUSY.failure();
    }
  }

  /**
   * Maps one bare frame, unless something is mapped there (vmf_insert_pfn, mm-semantics 6.6).
   *
   * @return whether it is mapped now because of this call
   * @throws ErrnoException ENOMEM if a table cannot be allocated
   */
  public boolean insertPfn(long address, long pfn, PageProtection prot) throws ErrnoException {
    checkPage(address, prot);
    TableNode leaf = tree.makeNext(0, address);
    return leaf != null && pages.storeIfFree(leaf, address, pfn, prot, true);
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
    TableNode table = tree.makeNext(level, address);
    if (table == null) {
      return false;
    }
    int index = tree.index(level, address);
    synchronized (table) {
      if (!table.isFree(index)) {
        return false;
      }
      table.store(index, format.encode(level, pfn, prot, true));
      return true;
    }
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
   * Clears all entries of a range, and drops the references that ordinary ones hold; for the end of
   * an area, so guard markers go, too. A driver's huge entry that is only partly inside is cleared,
   * too: its other part will be faulted in again. Tables stay.
   *
   * @return number of entries cleared, huge ones counting once
   */
  public long zap(long start, long end, PhysicalMemory memory) {
    checkRange(start, end);
    return zap(start, end, new ZapVisitor(tree, format, memory, false, false));
  }

  /** The same for an area that goes on: guard markers stay (mm-semantics 5.4). */
  public long discard(long start, long end, PhysicalMemory memory) {
    checkRange(start, end);
    return zap(start, end, new ZapVisitor(tree, format, memory, false, guarded));
  }

  /**
   * The same for pages of files alone: private copies, bare frames and guard markers stay, but huge
   * entries, which can be faulted in again, go.
   */
  public long zapFilePages(long start, long end, PhysicalMemory memory) {
    checkRange(start, end);
    return zap(start, end, new ZapVisitor(tree, format, memory, true, true));
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
   * Tells the pages of a range that they are not needed soon; who remembers entries is waited for.
   *
   * @param gone told the addresses of pages that are not mapped any more, when nobody can reach
   *     them through these tables
   */
  public void age(long start, long end, Aging aging, PhysicalMemory memory, LongConsumer gone) {
    checkRange(start, end);
    ZapVisitor zap = new ZapVisitor(tree, format, memory, false, true);
    List<Long> taken = new ArrayList<>();
    huge.splitEdges(start, end);
    AgingVisitor visitor = new AgingVisitor(tree, format, memory, aging, zap, taken::add);
    tree.visit(start, end, visitor);
    if (visitor.changed()) {
      invalidate();
      zap.release();
      taken.forEach(gone::accept);
    }
  }

  /**
   * Discards what is in a range and puts a guard marker at each of its pages: no access succeeds
   * there, nothing can be mapped, and {@link #walk} does not show it.
   *
   * @throws ErrnoException ENOMEM if a table cannot be allocated; markers put before stay
   */
  public void guard(long start, long end, PhysicalMemory memory) throws ErrnoException {
    checkRange(start, end);
    guarded = true;
    do {
      discard(start, end, memory);
    } while (!new GuardMarkers(tree).install(start, end));
  }

  /** Takes guard markers of a range away; pages stay. */
  public void unguard(long start, long end) {
    checkRange(start, end);
    if (guarded) {
      new GuardMarkers(tree).remove(start, end);
    }
  }

  /** The address of the first guard marker of a range, or -1. */
  public long firstGuard(long start, long end) {
    checkRange(start, end);
    return guarded ? new GuardMarkers(tree).first(start, end) : -1;
  }

  /**
   * Changes whenever an entry is taken away or grants less: whoever remembers entries forgets them
   * then. Safe without a lock.
   */
  public long generation() {
    return generation;
  }

  /** Changes whenever tables may have moved. Safe without a lock. */
  public long moves() {
    return moves;
  }

  /** Those who remember entries: they are waited for after each such change. */
  public AccessorSet accessors() {
    return accessors;
  }

  private void invalidate() {
    accessors.awaitGeneration((long) GENERATION.getAndAdd(this, 1L) + 1);
  }

  /** Entries of single pages, as faults change them. */
  public PageEntries pages() {
    return pages;
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
    protect(start, end, wanted, null);
  }

  /**
   * The same for private memory that may be written: pages of {@code memory} that are one process's
   * alone become writable at once, without being accessed or dirty; others by the next write.
   */
  public void protectWritable(long start, long end, PageProtection wanted, PhysicalMemory memory) {
    protect(start, end, wanted, memory);
  }

  private void protect(
      long start, long end, PageProtection wanted, @Nullable PhysicalMemory ownPages) {
    checkRange(start, end);
    checkMapping(wanted);
    huge.splitEdges(start, end);
    tree.visit(start, end, new ProtectVisitor(format, wanted, ownPages));
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
      long next = moves + 1;
      moves = next;
      invalidate(); // huge entries may be gone even if nothing moved
    }
  }

  /**
   * Copies what is mapped in a range, and its guard markers, into the same range of other tables,
   * as fork does (mm-semantics 5.9). The copy is not accessed, and if shared not dirty either;
   * ordinary entries take another reference. A pinned anonymous page is copied, and stays writable
   * in both. A driver's huge entry that is only partly inside is not copied.
   *
   * @param child tables of the same architecture, empty in this range
   * @param copyOnWrite whether the mapping is private and may be written: what is writable becomes
   *     read-only in both
   * @throws ErrnoException ENOMEM if a table or a page of the child cannot be allocated; what was
   *     copied before stays, for the caller to {@link #zap}
   * @throws IllegalStateException if an entry of the child is occupied
   */
  public void copyTo(
      PageTables child, long start, long end, boolean copyOnWrite, PhysicalMemory memory)
      throws ErrnoException {
    checkRange(start, end);
    if (child.architecture != architecture) {
      throw new IllegalArgumentException(architecture + " is not " + child.architecture);
    }
    child.guarded |= guarded;
    huge.splitEdges(start, end);
    huge.splitPinned(start, end, memory);
    try {
      tree.visit(start, end, new CopyVisitor(format, child.tree, copyOnWrite, memory));
    } finally {
      if (copyOnWrite) {
        invalidate(); // what is writable no longer is
      }
    }
  }

  /**
   * The raw entry of this address (any byte), or 0. Not every entry maps something: see {@link
   * EntryFormat#isGuard}.
   */
  public long entry(long address) {
    TableNode node = lowest(address);
    if (node == null) {
      return 0;
    }
    int index = tree.index(node.level(), address);
    long entry = node.entry(index);
    boolean cut = entry == 0 && node.level() > 0 && node.child(index) != null;
    return cut ? entry(address) : entry; // a huge entry has just become a table
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
    return tree.lowest(address);
  }

  /**
   * The page frame number that an address (any byte) leads to, or -1 if its entry does not allow
   * the access.
   *
   * @param needed bits of {@link PageProtection} that the entry must have
   * @param forbidden bits that it must not have
   * @param leaves tables that the caller has used before
   */
  public long frame(long address, long needed, long forbidden, LeafCache leaves) {
    long known = leaves.entry(address);
    if (known != 0 && (known & (needed | forbidden)) == needed) {
      return format.pfn(0, known);
    }
    TableNode node = lowest(address);
    if (node == null) {
      return -1;
    }
    if (node.level() == 0) {
      leaves.remember(address, node);
    }
    return frame(node, address, needed, forbidden);
  }

  /** The page frame number that an address (any byte) leads to, or -1 if nothing is mapped. */
  public long frame(long address) {
    TableNode node = lowest(address);
    return node == null ? -1 : frame(node, address, 0, 0);
  }

  private long frame(TableNode node, long address, long needed, long forbidden) {
    int level = node.level();
    long entry = node.entry(tree.index(level, address));
    if (entry == 0 || (entry & (needed | forbidden)) != needed) {
      return -1;
    }
    long within = address & (tree.span(level) - 1);
    return format.pfn(level, entry) + (within >>> tree.shift(0));
  }

  /** Visits all entries that map something in a range, by address; also huge ones partly inside. */
  public void walk(long start, long end, EntryVisitor visitor) {
    checkRange(start, end);
    tree.visit(start, end, new WalkVisitor(visitor, tree.span(0), false));
  }

  /** The same, with guard markers. */
  public void walkWithGuards(long start, long end, EntryVisitor visitor) {
    checkRange(start, end);
    tree.visit(start, end, new WalkVisitor(visitor, tree.span(0), true));
  }

  /** Visits the pages that ordinary entries of single pages in a range map. */
  public void forEachPage(
      long start, long end, PhysicalMemory memory, Consumer<? super KernelPage> visitor) {
    walk(
        start,
        end,
        (address, level, entry) -> {
          boolean ordinary = level == 0 && !EntryFormat.isSpecial(entry);
          KernelPage page = ordinary ? memory.page(format.pfn(0, entry)) : null;
          if (page != null) {
            visitor.accept(page);
          }
        });
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
