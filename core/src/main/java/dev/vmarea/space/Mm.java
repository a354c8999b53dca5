// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.memory.FrameHolder;
import dev.vmarea.pagetable.EntryFormat;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.ReverseMap;
import dev.vmarea.vma.TableOwner;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaHandle;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One address space: the tree of its VMAs, its counters, its layout ({@code mm_struct}).
 *
 * <p>Everything but the tree's readers runs under {@link #lock()}; the verbs in {@code
 * dev.vmarea.mapping} take it, the classes of this package expect it held.
 */
public final class Mm implements TableOwner, FrameHolder {
  private final Kernel kernel;
  private final WriterLock lock = new WriterLock();
  private final VmaTree tree = new VmaTree(lock::writeLock);
  private final ProgramLayout layout;
  private final Counters counters = new Counters();
  private final VmaEditor editor = new VmaEditor(this);
  private final AnonAssigner anonAssigner = new AnonAssigner(this);
  private final AsyncIoContexts asyncIo = new AsyncIoContexts();
  private final LayoutChanges changes = new LayoutChanges(this);
  private volatile @Nullable PageTables pageTables;
  private long defFlags;
  private boolean ksmMergeAny;
  private boolean protectionKeyTaken;
  private boolean denyWriteExec;
  private boolean denyWriteExecNotInherited;
  private volatile ThpDisabled thpDisabled = ThpDisabled.NO; // faults ask without the lock

  /** An empty address space with this layout. */
  public Mm(Kernel kernel, ProgramLayout layout) {
    this.kernel = kernel;
    this.layout = layout;
  }

  /** What all address spaces share. */
  public Kernel kernel() {
    return kernel;
  }

  /** The kernel's configuration now. */
  public KernelConfig config() {
    return kernel.config();
  }

  /** The VMAs. Reading needs no lock. */
  public VmaTree tree() {
    return tree;
  }

  /** The writer lock (mmap_lock held for writing). */
  public WriterLock lock() {
    return lock;
  }

  /** The page tables, made on first use; with the lock held. */
  public PageTables pageTables() {
    PageTables tables = pageTables;
    if (tables == null) {
      tables =
          new PageTables(kernel.architecture(), () -> kernel.fails(FailurePlan.Point.PAGE_TABLE));
      pageTables = tables;
      kernel.memory().addHolder(this);
    }
    return tables;
  }

  /** The page tables, or null if nothing was ever put into any. */
  public @Nullable PageTables pageTablesIfAny() {
    return pageTables;
  }

  @Override
  public void forEachFrame(LongConsumer visitor) {
    lock.lock();
    try {
      PageTables tables = pageTables;
      if (tables != null) {
        tables.walk(
            0,
            config().taskSize(),
            (address, level, entry) -> {
              if (!EntryFormat.isSpecial(entry)) {
                long pfn = tables.format().pfn(level, entry);
                boolean each = EntryFormat.isTransparent(entry);
                long pages = each ? Pages.count(kernel.architecture().entrySize(level)) : 1;
                for (long i = 0; i < pages; i++) {
                  visitor.accept(pfn + i);
                }
              }
            });
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void zapFilePages(ReverseMap map, long firstPgoff, long endPgoff, boolean copies) {
    forEachMapping(map, vma -> zapFilePages(vma, firstPgoff, endPgoff, copies));
  }

  private void zapFilePages(Vma vma, long firstPgoff, long endPgoff, boolean copies) {
    PageTables tables = pageTables;
    long from = Math.max(0, firstPgoff - vma.pgoff());
    boolean open = endPgoff < 0;
    long to = open ? vma.pages() : Math.min(vma.pages(), endPgoff - vma.pgoff());
    if (from >= to) {
      return;
    }
    lock.writeLock(vma);
    long start = vma.start() + Pages.bytes(from);
    long end = vma.start() + Pages.bytes(to);
    changes.discarded(start, end);
    if (tables == null) {
      return;
    }
    if (copies) {
      discard(vma, start, end);
    } else {
      tables.zapFilePages(start, end, kernel.memory());
    }
  }

  @Override
  public void filePageCleared(ReverseMap map, long pgoff) {
    forEachMapping(
        map,
        vma -> {
          if (pgoff >= vma.pgoff() && pgoff < vma.pgoff() + vma.pages()) {
            long start = vma.start() + Pages.bytes(pgoff - vma.pgoff());
            changes.discarded(start, start + Pages.SIZE);
          }
        });
  }

  /** Visits the VMAs that are mapped and in a file's map, with the lock held. */
  private void forEachMapping(ReverseMap map, Consumer<Vma> visitor) {
    lock.lock();
    try {
      for (VmaHandle handle : map.handlesOf(this)) {
        Vma vma = handle.current();
        if (vma != null && tree.lookup(vma.start()) == vma) {
          visitor.accept(vma);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void takeHugePage(VmaHandle handle, long pgoff, long pfn) {
    // Asked before its lock is taken, too: those are left out whose lock may not be waited for.
    if (!hasInherited(handle.current(), pgoff)) {
      return;
    }
    lock.lock();
    try {
      Vma vma = handle.current();
      PageTables tables = pageTables;
      HugetlbMapping mapping = vma == null ? null : HugetlbMapping.of(vma);
      if (vma == null || tables == null || mapping == null || !hasInherited(vma, pgoff)) {
        return;
      }
      long address = vma.start() + Pages.bytes(pgoff - vma.pgoff());
      int level = tables.entryLevel(address);
      if (level > 0 && tables.format().pfn(level, tables.entry(address)) == pfn) {
        zap(vma, address, address + mapping.pageSize());
        editor.replace(vma, mapping.withRobbed());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a VMA has huge pages from a parent, and maps this page of the file. */
  private static boolean hasInherited(@Nullable Vma vma, long pgoff) {
    HugetlbMapping mapping = vma == null ? null : HugetlbMapping.of(vma);
    return vma != null
        && mapping != null
        && !mapping.isOwner()
        && !vma.has(VmFlags.MAYSHARE)
        && pgoff >= vma.pgoff()
        && pgoff < vma.pgoff() + vma.pages();
  }

  /**
   * Takes what is mapped in [start, end) of {@code vma} out of the page tables, with the lock held:
   * {@link PageTables#zap}, and what was reserved for huge pages is again.
   */
  public void zap(Vma vma, long start, long end) {
    PageTables tables = pageTables;
    if (tables != null) {
      beforeZap(vma, tables, start, end);
      tables.zap(start, end, kernel.memory());
    }
  }

  /** The same for an area that goes on: {@link PageTables#discard}. */
  public void discard(Vma vma, long start, long end) {
    PageTables tables = pageTables;
    if (tables != null) {
      beforeZap(vma, tables, start, end);
      tables.discard(start, end, kernel.memory());
    }
  }

  private void beforeZap(Vma vma, PageTables tables, long start, long end) {
    lock.writeLock(vma);
    HugetlbMapping mapping = HugetlbMapping.of(vma);
    if (mapping != null) {
      mapping.zapping(tables, start, end);
    }
  }

  /**
   * The protection of entries of {@code vma}: what its flags give, with the cache mode and the
   * encryption that its driver chose.
   */
  public PageProtection protection(Vma vma) {
    PageProtection byFlags = kernel.architecture().protection(vma.flags());
    PageProtection chosen = vma.extras().driver().protection();
    return chosen == null ? byFlags : chosen.modify(byFlags);
  }

  /** Where execve put things. */
  public ProgramLayout layout() {
    return layout;
  }

  /** Page counters by class. */
  public Counters counters() {
    return counters;
  }

  /** Splits, merges and inserts VMAs. */
  public VmaEditor editor() {
    return editor;
  }

  /** Gives VMAs their anonymous identity. */
  public AnonAssigner anonAssigner() {
    return anonAssigner;
  }

  /** Tells listeners what changes. */
  public LayoutChanges changes() {
    return changes;
  }

  /** Contexts of asynchronous I/O. */
  public AsyncIoContexts asyncIo() {
    return asyncIo;
  }

  /** Number of VMAs, as compared with vm.max_map_count. */
  public int mapCount() {
    return tree.size();
  }

  /** Flags that every new mapping gets (mlockall MCL_FUTURE). */
  public long defFlags() {
    return defFlags;
  }

  /** Replaces the flags that every new mapping gets. */
  public void defFlags(long flags) {
    defFlags = flags;
  }

  /** Whether prctl(PR_SET_MEMORY_MERGE) is on. */
  public boolean ksmMergeAny() {
    return ksmMergeAny;
  }

  /** Switches PR_SET_MEMORY_MERGE. */
  public void ksmMergeAny(boolean value) {
    ksmMergeAny = value;
  }

  /** Whether prctl(PR_SET_MDWE) forbids gaining execute permission. */
  public boolean denyWriteExec() {
    return denyWriteExec;
  }

  /** Whether a child does not inherit PR_SET_MDWE. */
  public boolean denyWriteExecNotInherited() {
    return denyWriteExecNotInherited;
  }

  /** Sets PR_SET_MDWE and its no-inherit bit. */
  public void denyWriteExec(boolean deny, boolean notInherited) {
    denyWriteExec = deny;
    denyWriteExecNotInherited = notInherited;
  }

  /** What PR_SET_THP_DISABLE says. */
  public enum ThpDisabled {
    /** Transparent huge pages are as the policy says. */
    NO,
    /** Only memory advised to use them may have them. */
    EXCEPT_ADVISED,
    /** There are none. */
    ALL
  }

  /** What PR_SET_THP_DISABLE says. */
  public ThpDisabled thpDisabled() {
    return thpDisabled;
  }

  /** Sets what PR_SET_THP_DISABLE says. */
  public void thpDisabled(ThpDisabled value) {
    thpDisabled = value;
  }

  /** Whether the process may have transparent huge pages, in memory that asked for them or not. */
  public boolean allowsThp(boolean advised) {
    return thpDisabled == ThpDisabled.NO || advised && thpDisabled == ThpDisabled.EXCEPT_ADVISED;
  }

  /** A VMA will begin or end at {@code address}: no huge entry reaches across. */
  void cutHugePage(long address) {
    PageTables tables = pageTables;
    Vma vma = tree.lookup(address);
    if (tables != null && vma != null) {
      lock.writeLock(vma);
      tables.huge().splitAt(address);
    }
  }

  /** Whether the MDWE rule refuses flags {@code after} on memory that had {@code before}. */
  public boolean refusedByDenyWriteExec(long before, long after) {
    return denyWriteExec
        && (after & VmFlags.EXEC) != 0
        && ((after & VmFlags.WRITE) != 0 || (before & VmFlags.EXEC) == 0);
  }

  /**
   * The limit test for {@code pages} more with these flags (mm-semantics 1.2).
   *
   * @return whether RLIMIT_AS and RLIMIT_DATA allow them
   */
  public boolean mayExpand(Task task, long flags, long pages) {
    ResourceLimits limits = task.limits();
    if (limits.pagesExceeded(ResourceLimits.RLIMIT_AS, counters.totalVm() + pages)) {
      return false;
    }
    if (Counters.isData(flags)
        && limits.pagesExceeded(ResourceLimits.RLIMIT_DATA, counters.dataVm() + pages)) {
      return limits.soft(ResourceLimits.RLIMIT_DATA) == 0
          && Long.compareUnsigned(
                  counters.dataVm() + pages, limits.hard(ResourceLimits.RLIMIT_DATA) >>> 12)
              <= 0;
    }
    return true;
  }

  /** Charges {@code pages} to the commit counter; false means ENOMEM. */
  public boolean charge(Task task, long pages) {
    return kernel
        .commit()
        .charge(kernel, pages, counters.totalVm(), task.capable(Task.CAP_SYS_ADMIN));
  }

  /** Gives {@code pages} of commit charge back. */
  public void uncharge(long pages) {
    kernel.commit().uncharge(pages);
  }

  /** Whether {@code pages} more locked pages exceed RLIMIT_MEMLOCK without CAP_IPC_LOCK. */
  public boolean lockLimitExceeded(Task task, long pages) {
    return !task.capable(Task.CAP_IPC_LOCK)
        && task.limits().pagesExceeded(ResourceLimits.RLIMIT_MEMLOCK, counters.lockedVm() + pages);
  }

  /** Where {@code vma} keeps others away from, in bytes: its start less its guard gap. */
  public long guardedStart(@Nullable Vma vma) {
    if (vma == null) {
      return Long.MAX_VALUE;
    }
    if (!vma.hasAny(VmFlags.STARTGAP)) {
      return vma.start();
    }
    long gap = vma.has(VmFlags.GROWSDOWN) ? Pages.bytes(config().stackGuardPages()) : Pages.SIZE;
    return Math.max(0, vma.start() - gap);
  }

  /** Fails with ENOMEM if this occurrence of {@code point} is to fail (decision D4). */
  void failAt(FailurePlan.Point point) throws ErrnoException {
    if (kernel.fails(point)) {
      throw Errno.ENOMEM.failure();
    }
  }

  /** {@code flags} with KSM's mark, where the process asked for it and the memory suits. */
  public long withKsm(long flags) {
    return ksmMergeAny && suitsKsm(flags) ? flags | VmFlags.MERGEABLE : flags;
  }

  /** Whether KSM can share pages of memory with these flags. */
  public static boolean suitsKsm(long flags) {
    return (flags
            & (VmFlags.SHARED
                | VmFlags.MAYSHARE
                | VmFlags.SPECIAL
                | VmFlags.HUGETLB
                | VmFlags.DROPPABLE))
        == 0;
  }

  /** Takes the one protection key there is without hardware support; false if it is taken. */
  public boolean takeProtectionKey() {
    boolean first = !protectionKeyTaken;
    protectionKeyTaken = true;
    return first;
  }
}
