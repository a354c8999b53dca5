// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OwnPages;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The huge pages of one file of hugetlbfs, and those that its shared mappings have reserved. A page
 * is named by its index in the file; the file holds one reference to it. Reservations of shared
 * mappings are the file's: a second mapping of the same pages reserves nothing, and they stay when
 * it is unmapped, until the file is cut or goes.
 *
 * <p>Thread-safe. Its lock comes after those of address spaces and before the pool's.
 */
public final class HugetlbPages implements OwnPages {
  private final Inode inode;
  private final HugePagePool pool;
  private final PhysicalMemory memory;
  private final long pageSize;
  private final NavigableMap<Long, Long> pages = new TreeMap<>();

  /** Pages that are reserved or were taken from a reservation. */
  private final NavigableSet<Long> reserved = new TreeSet<>();

  private HugetlbPages(Inode inode, HugePagePool pool, long pageSize) {
    this.inode = inode;
    this.pool = pool;
    this.memory = pool.memory();
    this.pageSize = pageSize;
  }

  /** The pages of {@code inode}, of {@code pageSize} bytes each, from {@code pool}. */
  public static HugetlbPages of(Inode inode, HugePagePool pool, long pageSize) {
    synchronized (inode) {
      if (inode.ownPages() instanceof HugetlbPages known) {
        return known;
      }
      HugetlbPages fresh = new HugetlbPages(inode, pool, pageSize);
      inode.ownPages(fresh);
      return fresh;
    }
  }

  /** Reserves pages [first, end) for a shared mapping, as far as they are not. */
  synchronized boolean reserve(long first, long end) {
    long missing = end - first - reserved.subSet(first, end).size();
    if (!pool.reserve(pageSize, missing)) {
      return false;
    }
    for (long index = first; index < end; index++) {
      reserved.add(index);
    }
    return true;
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
    long pfn = pool.allocate(pageSize, reserved.contains(index), KernelPage.Kind.HUGETLB_FILE);
    if (pfn < 0) {
      throw Errno.EFAULT.failure();
    }
    reserved.add(index);
    pages.put(index, pfn);
    new KernelPage(memory, pfn).get(); // the first one is the file's
    return pfn;
  }

  /** Whether the page that begins at {@code pfn} is the file's at {@code index}. */
  public synchronized boolean holds(long index, long pfn) {
    Long known = pages.get(index);
    return known != null && known == pfn;
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
    inode.reverseMap().unmapPages(Pages.count(bytes), -1, true);
    drop(bytes / pageSize);
  }

  /** The file is gone: nobody maps it. */
  public void evict() {
    drop(0);
  }

  private void drop(long first) {
    List<Long> gone;
    synchronized (this) {
      gone = take(pages.tailMap(first, true));
      NavigableSet<Long> behind = reserved.tailSet(first, true);
      long unused = (long) behind.size() - gone.size();
      behind.clear();
      pool.unreserve(pageSize, unused);
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
      inode.reverseMap().unmapPages(first, end, true);
      List<Long> gone;
      synchronized (this) {
        NavigableMap<Long, Long> part = pages.subMap(first / frames, true, end / frames, false);
        reserved.removeAll(List.copyOf(part.keySet())); // of the others, the reservation stays
        gone = take(part);
      }
      inode.reverseMap().unmapPages(first, end, true); // what was faulted in meanwhile
      gone.forEach(memory::put);
    }
    if (end >= first) {
      zero(end, endPage);
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
