// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OwnPages;
import dev.vmarea.vma.ReverseMap;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The huge pages of one file of hugetlbfs, and those that its shared mappings have reserved. A page
 * is named by its index in the file; the file holds one reference to it. Reservations of shared
 * mappings are the file's: a second mapping of the same pages reserves nothing, and they stay when
 * it is unmapped, until the file is cut or goes.
 *
 * <p>Thread-safe. Its locks come after those of address spaces and before the pool's.
 */
public final class HugetlbPages implements OwnPages {
  private final Inode inode;
  private final HugetlbMount mount;
  private final PhysicalMemory memory;
  private final long pageSize;
  private final NavigableMap<Long, Long> pages = new TreeMap<>();
  private final SharedReservation reservation = new SharedReservation();
  private final ReentrantLock reserving = new ReentrantLock();
  private boolean reservedBefore;

  /** The pages of {@code inode}; {@link HugetlbMount#pages} makes one for each. */
  HugetlbPages(Inode inode, HugetlbMount mount) {
    this.inode = inode;
    this.mount = mount;
    this.memory = mount.pool().memory();
    this.pageSize = mount.pageSize();
  }

  /** The mount that the file is of. */
  public HugetlbMount mount() {
    return mount;
  }

  Inode inode() {
    return inode;
  }

  /** What shared mappings have reserved. */
  SharedReservation reservation() {
    return reservation;
  }

  /**
   * Keeps mappings that reserve pages, and what takes pages away, apart ({@code i_rwsem} in Linux).
   * Comes after the locks of address spaces and before this object's own.
   */
  ReentrantLock reserving() {
    return reserving;
  }

  /**
   * Whether it was decided when it was made what is reserved, all its pages or none, so that
   * mappings reserve nothing.
   */
  public boolean isReservedBefore() {
    return reservedBefore;
  }

  /** Pages of the file that are reserved or were taken from a reservation. */
  public long reserved() {
    return reservation.size();
  }

  /**
   * Reserves all pages of the file on behalf of the kernel, for a segment of System V shared memory
   * ({@code S_PRIVATE}): whoever maps it reserves nothing more.
   *
   * @throws ErrnoException ENOMEM without so many pages
   */
  public void reserveAll() throws ErrnoException {
    HugetlbRequest.reserveShared(this, 0, inode.size() / pageSize, FailurePlan.Point.HOOK);
    reservedBefore = true;
  }

  /** The same without a reservation (SHM_NORESERVE): a page is there or not when it is touched. */
  public void reserveNothing() {
    reservedBefore = true;
  }

  /**
   * The first frame of a page, with a reference for the caller, or -1 if the file has none there.
   *
   * @throws ErrnoException EFAULT beyond the end of the file
   */
  public synchronized long find(long index) throws ErrnoException {
    if (index < 0 || index >= inode.size() / pageSize) {
      throw Errno.EFAULT.failure();
    }
    Long pfn = pages.get(index);
    if (pfn == null) {
      return -1;
    }
    new KernelPage(memory, pfn).get();
    return pfn;
  }

  /**
   * The same; the file gets a page there if it has none.
   *
   * @throws ErrnoException EFAULT beyond the end of the file, or if no page is left
   */
  public synchronized long findOrAdd(long index) throws ErrnoException {
    long known = find(index);
    if (known >= 0) {
      return known;
    }
    SharedReservation.Change change = reservation.begin(index, index + 1);
    long pfn = mount.allocate(change.missing() == 0, KernelPage.Kind.HUGETLB_FILE);
    if (pfn < 0) {
      reservation.abort(change);
      throw Errno.EFAULT.failure();
    }
    if (reservation.add(change, false) < change.missing()) {
      mount.reservedMeanwhile(pfn);
    }
    pages.put(index, pfn);
    new KernelPage(memory, pfn).get(); // the first one is the file's
    return pfn;
  }

  /** Whether the file has a page there. */
  public synchronized boolean contains(long index) {
    return pages.containsKey(index);
  }

  /** Pages that the file has now. */
  public synchronized int size() {
    return pages.size();
  }

  /** {@inheritDoc} */
  @Override
  public void truncate(long bytes) {
    if ((bytes & (pageSize - 1)) != 0) {
      throw new IllegalArgumentException(
          "a file of huge pages cannot end at byte " + bytes + ": EINVAL");
    }
    synchronized (this) {
      inode.size(bytes); // from now on no page behind it is found
    }
    unmap(Pages.count(bytes), -1);
    drop(bytes / pageSize);
  }

  /** Pages of the file, [first, end), go from all mappings. */
  private void unmap(long first, long end) {
    ReverseMap map = inode.reverseMap();
    HugetlbWalker.around(map, first, end, () -> map.unmapPages(first, end, true));
  }

  /** The file is gone: nobody maps it. */
  public void evict() {
    drop(0);
  }

  private void drop(long first) {
    List<Long> gone;
    reserving.lock();
    try {
      synchronized (this) {
        gone = take(pages.tailMap(first, true));
        SharedReservation.Removed removed = reservation.removeFrom(first);
        mount.release(removed.pages() - gone.size());
        mount.group().uncharge(removed.charged());
      }
    } finally {
      reserving.unlock();
    }
    gone.forEach(memory::put);
  }

  private static List<Long> take(NavigableMap<Long, Long> part) {
    List<Long> frames = new ArrayList<>(part.values());
    part.clear();
    return frames;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Huge pages that lie in the hole whole go, and private copies of them, too; of others the
   * part is zeroed.
   */
  @Override
  public void punchHole(long firstPage, long endPage) {
    long frames = Pages.count(pageSize);
    long first = (firstPage + frames - 1) & -frames;
    long end = endPage & -frames;
    zero(firstPage, Math.min(first, endPage));
    if (first < end) {
      unmap(first, end);
      List<Long> gone = takeHole(first / frames, end / frames);
      unmap(first, end); // what was faulted in meanwhile
      gone.forEach(memory::put);
    }
    if (end >= first) {
      zero(end, endPage);
    }
  }

  /** Of pages that the file does not have, the reservation stays. */
  private List<Long> takeHole(long first, long end) {
    reserving.lock();
    try {
      synchronized (this) {
        NavigableMap<Long, Long> part = pages.subMap(first, true, end, false);
        part.keySet().forEach(index -> mount.group().uncharge(reservation.remove(index).charged()));
        return take(part);
      }
    } finally {
      reserving.unlock();
    }
  }

  /**
   * Checks that no change of its reservations is left half done, and that every page it has was
   * reserved or counted as such (H3).
   *
   * @throws IllegalStateException naming what is wrong
   */
  public synchronized void verify() {
    if (reservation.inProgress() != 0) {
      throw new IllegalStateException(reservation.inProgress() + " changes were not ended");
    }
    for (long index : pages.keySet()) {
      if (!reservation.contains(index)) {
        throw new IllegalStateException("page " + index + " without reservation");
      }
    }
  }

  /** Zeroes small pages of a huge page that the file has. */
  private synchronized void zero(long firstPage, long endPage) {
    long frames = Pages.count(pageSize);
    @Nullable Long pfn = firstPage < endPage ? pages.get(firstPage / frames) : null;
    if (pfn != null) {
      for (long page = firstPage; page < endPage; page++) {
        new KernelPage(memory, pfn + page % frames).contents().fill((byte) 0);
      }
    }
  }
}
