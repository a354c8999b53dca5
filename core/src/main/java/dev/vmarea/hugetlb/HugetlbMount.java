// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.VmOperations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A mount of hugetlbfs: one size of pages of the machine's pool, the mount's share of them, and the
 * control group that its reservations are charged to. All huge pages are reserved, taken and given
 * back through it. Thread-safe.
 *
 * <p>In Linux the group is that of the process that maps; here a mount has one group for all.
 */
public final class HugetlbMount {
  private final HugePagePool pool;
  private final long pageSize;
  private final Subpool subpool;
  private final HugetlbControlGroup group;
  private final HugetlbOperations operations = new HugetlbOperations(this);
  private final Set<HugetlbPages> files =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  private final AtomicInteger privateMaps = new AtomicInteger();
  private final AtomicInteger vmaLocks = new AtomicInteger();

  /** A mount whose share and group are these; what the share keeps must be reserved. */
  private HugetlbMount(
      HugePagePool pool, long pageSize, Subpool subpool, HugetlbControlGroup group) {
    this.pool = pool;
    this.pageSize = pageSize;
    this.subpool = subpool;
    this.group = group;
    pool.mounted(this);
  }

  /**
   * Mounts with limits, all in huge pages.
   *
   * @param pageSize bytes, a power of two
   * @param max pages it may have at most, or {@link Subpool#NONE}
   * @param min pages reserved for it at once, or {@link Subpool#NONE}
   * @param group what its reservations are charged to
   * @throws ErrnoException ENOMEM if the pool does not have the minimum
   */
  public static HugetlbMount mount(
      HugePagePool pool, long pageSize, long max, long min, HugetlbControlGroup group)
      throws ErrnoException {
    Subpool subpool = new Subpool(max, min);
    if (!pool.reserve(pageSize, Math.max(0, min))) {
      throw Errno.ENOMEM.failure();
    }
    return new HugetlbMount(pool, pageSize, subpool, group);
  }

  /** The kernel's own mount for pages of this size: without limits. */
  static HugetlbMount internal(HugePagePool pool, long pageSize) {
    return new HugetlbMount(
        pool,
        pageSize,
        new Subpool(Subpool.NONE, Subpool.NONE),
        new HugetlbControlGroup(HugetlbControlGroup.UNLIMITED));
  }

  /**
   * Unmounts: the minimum goes back to the pool.
   *
   * @throws ErrnoException EBUSY while pages are in use or reserved, where that is counted
   */
  public void unmount() throws ErrnoException {
    if (!subpool.isUnused()) {
      throw Errno.EBUSY.failure();
    }
    pool.unreserve(pageSize, subpool.reserved());
    pool.unmounted(this);
  }

  /** The pool that its pages are of. */
  public HugePagePool pool() {
    return pool;
  }

  /** Bytes of a page. */
  public long pageSize() {
    return pageSize;
  }

  /** Its share of the pool. */
  public Subpool subpool() {
    return subpool;
  }

  /** What its reservations are charged to. */
  public HugetlbControlGroup group() {
    return group;
  }

  /** The callbacks of its VMAs. */
  public VmOperations operations() {
    return operations;
  }

  /** The pages of {@code inode}, a file of this mount. */
  public HugetlbPages pages(Inode inode) {
    synchronized (inode) {
      if (inode.ownPages() instanceof HugetlbPages known) {
        return known;
      }
      HugetlbPages fresh = new HugetlbPages(inode, this);
      inode.ownPages(fresh);
      files.add(fresh);
      return fresh;
    }
  }

  /** Its files that are known and not gone. */
  List<HugetlbPages> files() {
    synchronized (files) {
      return new ArrayList<>(files);
    }
  }

  /** Maps of private reservations that exist. */
  public int privateMaps() {
    return privateMaps.get();
  }

  void privateMaps(int more) {
    privateMaps.addAndGet(more);
  }

  /** Locks of VMAs that exist. */
  public int vmaLocks() {
    return vmaLocks.get();
  }

  /**
   * A lock for a new shareable VMA: what a success hook does, where the hook itself no longer does
   * it.
   *
   * @param point what lets the allocation fail on purpose
   * @return null without memory
   */
  public @Nullable HugetlbLock newLock(FailurePlan.Point point) {
    if (pool.fails(point)) {
      return null;
    }
    vmaLocks.incrementAndGet();
    return new HugetlbLock(pool);
  }

  /** The same for a VMA that goes on without one: then it never shares page tables. */
  @Nullable HugetlbLock newLockOrWarning(FailurePlan.Point point) {
    HugetlbLock lock = newLock(point);
    if (lock == null) {
      pool.warn(
          KernelWarning.Kind.NOTE,
          "no memory for the lock of a hugetlb VMA: it goes on without sharing page tables");
    }
    return lock;
  }

  void freeLock() {
    vmaLocks.decrementAndGet();
  }

  /**
   * Pages that were reserved and are not yet somebody's.
   *
   * @param fromPool those of them that the pool has reserved now, the others being of the minimum
   */
  record Grant(long pages, long fromPool) {}

  /** Reserves pages: group, share, pool; or null, and nothing done, if one of them refuses. */
  @Nullable Grant reserve(long pages) {
    if (!group.charge(pages)) {
      return null;
    }
    long fromPool = subpool.get(pages);
    if (fromPool < 0) {
      group.uncharge(pages);
      return null;
    }
    if (!pool.reserve(pageSize, fromPool)) {
      pool.unreserve(pageSize, subpool.undo(pages, fromPool));
      group.uncharge(pages);
      return null;
    }
    return new Grant(pages, fromPool);
  }

  /** Undoes {@link #reserve}. */
  void undo(Grant grant) {
    long beyond = subpool.undo(grant.pages, grant.fromPool);
    pool.unreserve(pageSize, grant.fromPool + beyond);
    group.uncharge(grant.pages);
  }

  /** Gives reservations back that were not used; the group's charge is another matter. */
  void release(long pages) {
    pool.unreserve(pageSize, subpool.put(pages));
  }

  /**
   * A page for use, zeroed, with one reference. Without a reservation the share and the group must
   * allow it.
   *
   * @param reserved whether it takes a reservation
   * @return its first frame, or -1 if there is none
   */
  long allocate(boolean reserved, KernelPage.Kind kind) {
    if (reserved) {
      return pool.allocate(this, true, false, kind);
    }
    long fromPool = subpool.get(1);
    if (fromPool < 0) {
      return -1;
    }
    boolean charged = group.charge(1);
    long pfn = charged ? pool.allocate(this, fromPool == 0, true, kind) : -1;
    if (pfn < 0) {
      pool.unreserve(pageSize, subpool.undo(1, fromPool));
      group.uncharge(charged ? 1 : 0);
    }
    return pfn;
  }

  /**
   * The page in use at {@code pfn} was taken without a reservation, and a hook has reserved it
   * meanwhile: the page takes that reservation, and what it took itself is given back.
   */
  void reservedMeanwhile(long pfn) {
    release(1);
    pool.uncharged(pfn);
    group.uncharge(1);
  }

  /**
   * A page of the mount is free again.
   *
   * @param restores whether its mapper has it reserved again, so that the share does not get it
   * @param charged whether the group was charged for it
   * @return whether it is free and reserved
   */
  boolean freed(boolean restores, boolean charged) {
    group.uncharge(charged ? 1 : 0);
    return restores || subpool.put(1) == 0;
  }
}
