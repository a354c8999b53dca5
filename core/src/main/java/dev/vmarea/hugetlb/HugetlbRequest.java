// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.Inode;
import org.jspecify.annotations.Nullable;

/**
 * What a mapping of huge pages asks for: the part of the mmap hook that old and new hooks have in
 * common. Checked when it is made, without a side effect; {@link #grant} then takes what it needs,
 * or leaves everything as it was.
 *
 * <p>As long as nothing was granted, the request may itself stand as the VMA's private data: then
 * the callback {@code mapped} grants it, and closing the VMA gives nothing back. Immutable.
 */
public final class HugetlbRequest {
  private final HugetlbPages pages;
  private final Inode inode;
  private final long vmFlags;
  private final long first;
  private final long count;

  private HugetlbRequest(HugetlbPages pages, Inode inode, long vmFlags, long first, long count) {
    this.pages = pages;
    this.inode = inode;
    this.vmFlags = vmFlags;
    this.first = first;
    this.count = count;
  }

  /**
   * Checks a mapping of {@code inode}, a file of {@code mount}, and gives it flags and callbacks.
   *
   * @throws ErrnoException EINVAL for an offset that is no file offset, one inside a huge page, or
   *     an end beyond the largest file; checked in this order
   */
  public static HugetlbRequest of(HugetlbMount mount, Inode inode, HookedArea area)
      throws ErrnoException {
    area.addFlags(VmFlags.HUGETLB | VmFlags.DONTEXPAND);
    area.vmOps(mount.operations());
    long pgoff = area.pgoff();
    long perHuge = Pages.count(mount.pageSize());
    if (pgoff > Pages.count(Long.MAX_VALUE) || pgoff < 0) {
      throw Errno.EINVAL.failure();
    }
    if ((pgoff & (perHuge - 1)) != 0) {
      throw Errno.EINVAL.failure();
    }
    if (Pages.bytes(pgoff) + area.size() < 0) {
      throw Errno.EINVAL.failure();
    }
    return new HugetlbRequest(
        mount.pages(inode), inode, area.vmFlags(), pgoff / perHuge, area.size() / mount.pageSize());
  }

  /** Whether the VMA may share its page tables, and so wants a lock. */
  public boolean isShareable() {
    return (vmFlags & VmFlags.MAYSHARE) != 0;
  }

  /**
   * Takes what the mapping needs: the VMA's lock, its reservation, the growth of the file for a
   * mapping that may be written through.
   *
   * @param lockNow whether a shareable VMA gets its lock; without memory for one it goes on without
   * @param point what lets allocations fail on purpose
   * @return private data for the VMA: its lock, its private reservation, or null
   * @throws ErrnoException ENOMEM whatever is missing; all is as it was then
   */
  public @Nullable Object grant(boolean lockNow, FailurePlan.Point point) throws ErrnoException {
    pages.reserving().lock();
    try {
      HugetlbMount mount = pages.mount();
      HugetlbLock lock = lockNow && isShareable() ? mount.newLockOrWarning(point) : null;
      Object reserved;
      try {
        reserved = reserve(point);
      } catch (ErrnoException refused) {
        if (lock != null) {
          mount.freeLock();
        }
        throw refused;
      }
      grow();
      return lock == null ? reserved : lock;
    } finally {
      pages.reserving().unlock();
    }
  }

  private @Nullable PrivateReservation reserve(FailurePlan.Point point) throws ErrnoException {
    if ((vmFlags & VmFlags.NORESERVE) != 0 || pages.isReservedBefore()) {
      return null;
    }
    if (isShareable()) {
      reserveShared(pages, first, first + count, point);
      return null;
    }
    HugetlbMount mount = pages.mount();
    if (mount.pool().fails(point)) {
      throw Errno.ENOMEM.failure();
    }
    PrivateReservation map = new PrivateReservation(mount);
    if (mount.reserve(count) == null) {
      map.put();
      throw Errno.ENOMEM.failure();
    }
    return map;
  }

  /**
   * Reserves pages [first, end) of a file for shared mappings, as far as they are not.
   *
   * @throws ErrnoException ENOMEM
   */
  static void reserveShared(HugetlbPages pages, long first, long end, FailurePlan.Point point)
      throws ErrnoException {
    HugetlbMount mount = pages.mount();
    if (mount.pool().fails(point)) { // the map's room for what may be added
      throw Errno.ENOMEM.failure();
    }
    SharedReservation.Change change = pages.reservation().begin(first, end);
    HugetlbMount.Grant grant = mount.reserve(change.missing());
    if (grant == null) {
      pages.reservation().abort(change);
      throw Errno.ENOMEM.failure();
    }
    if (mount.pool().fails(point)) { // more room, where others have cut its regions up meanwhile
      mount.undo(grant);
      pages.reservation().abort(change);
      throw Errno.ENOMEM.failure();
    }
    long added = pages.reservation().add(change, true);
    long foundByOthers = change.missing() - added;
    mount.release(foundByOthers); // a fault came in between, and took its pages by itself
    mount.group().uncharge(foundByOthers);
  }

  private void grow() {
    long size = inode.size();
    long end = (first + count) * pages.mount().pageSize();
    boolean grows = (vmFlags & VmFlags.WRITE) != 0 && size != Inode.UNKNOWN_SIZE;
    if (grows && size < end) {
      inode.size(end);
    }
  }
}
