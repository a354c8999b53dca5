// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.Errno;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks of a VMA of huge pages: what it has reserved, and where it may be cut. Immutable, but
 * for the reservation, which is shared with what was split from the VMA.
 */
public final class HugetlbMapping implements VmOperations {
  private final HugePagePool pool;
  private final long pageSize;
  private final @Nullable PrivateReservation reservation;
  private final boolean robbed;

  private HugetlbMapping(
      HugePagePool pool, long pageSize, @Nullable PrivateReservation reservation, boolean robbed) {
    this.pool = pool;
    this.pageSize = pageSize;
    this.reservation = reservation;
    this.robbed = robbed;
  }

  /** A mapping that has nothing of its own reserved: shared, or without reservation. */
  public static HugetlbMapping plain(HugePagePool pool, long pageSize) {
    return new HugetlbMapping(pool, pageSize, null, false);
  }

  /**
   * Reserves for a new mapping of pages [first, first + count) of {@code inode}.
   *
   * @return its callbacks, or null if there are too few pages
   */
  public static @Nullable HugetlbMapping reserved(
      HugePagePool pool, long pageSize, Inode inode, boolean shared, long first, long count) {
    if (shared) {
      boolean enough = HugetlbPages.of(inode, pool, pageSize).reserve(first, first + count);
      return enough ? plain(pool, pageSize) : null;
    }
    return pool.reserve(pageSize, count)
        ? new HugetlbMapping(pool, pageSize, new PrivateReservation(), false)
        : null;
  }

  /** Those of {@code vma}, or null if it is not of huge pages. */
  public static @Nullable HugetlbMapping of(Vma vma) {
    return vma.ops() instanceof HugetlbMapping mapping ? mapping : null;
  }

  /** Bytes of a huge page. */
  public long pageSize() {
    return pageSize;
  }

  /** Whether the VMA's maker reserved its pages: a private mapping that is not a child's. */
  public boolean isOwner() {
    return reservation != null;
  }

  /**
   * Whether the owner has taken a page away that this child shared with it, for want of others. The
   * child no longer gets any pages: it would see data lost.
   */
  public boolean isRobbed() {
    return robbed;
  }

  /** The callbacks of a child from which the owner has taken a page. */
  public HugetlbMapping withRobbed() {
    return new HugetlbMapping(pool, pageSize, reservation, true);
  }

  @Override
  public VmOperations withoutReservation() {
    return plain(pool, pageSize);
  }

  /** Whether faults may be made in advance: not where pages are only assumed. */
  public boolean populates() {
    return !pool.isAssumed(pageSize);
  }

  /** Index in the file of the huge page at {@code address} of {@code vma}. */
  public long index(Vma vma, long address) {
    return vma.pgoffAt(Pages.floor(address)) / Pages.count(pageSize);
  }

  /** The pages of the file that {@code vma} maps. */
  public HugetlbPages pages(Vma vma) {
    return HugetlbPages.of(inode(vma), pool, pageSize);
  }

  private static Inode inode(Vma vma) {
    OpenFile file = vma.file();
    if (file == null) {
      throw new IllegalStateException("huge pages without a file: " + vma);
    }
    return file.inode();
  }

  /**
   * Takes the page at {@code address} of {@code vma}, the owner's, from children that share it.
   *
   * @param pfn the page's first frame
   */
  public void takeFromChildren(Vma vma, long address, long pfn) {
    inode(vma).reverseMap().takeHugePage(vma.handle(), vma.pgoffAt(address), pfn);
  }

  /**
   * A private page for a fault: from the reservation if the page has one.
   *
   * @param copiedByOwner whether it replaces one that a child has, too: then what is reserved has
   *     been used, and a page beyond must be found
   * @return its first frame, with one reference, or -1 if there is none
   */
  public long allocate(long index, boolean copiedByOwner) {
    PrivateReservation own = reservation;
    boolean reserved = own != null && !copiedByOwner && own.has(index);
    long pfn = pool.allocate(pageSize, reserved, KernelPage.Kind.HUGETLB_ANONYMOUS);
    if (pfn >= 0 && own != null && !copiedByOwner) {
      own.take(index);
    }
    return pfn;
  }

  /**
   * Entries of {@code vma} in [start, end) are about to be taken out of {@code tables}: an owner's
   * private pages are reserved again, unless there are surplus pages.
   */
  public void zapping(Vma vma, PageTables tables, long start, long end) {
    PrivateReservation own = reservation;
    if (own == null || vma.has(VmFlags.MAYSHARE) || pool.counts(pageSize).surplus() != 0) {
      return;
    }
    tables.walk(
        start,
        end,
        (address, level, entry) -> {
          KernelPage page = pool.memory().page(tables.format().pfn(level, entry));
          if (page != null && page.kind() == KernelPage.Kind.HUGETLB_ANONYMOUS) {
            pool.restoreAtFree(page.pfn());
            own.restore(index(vma, address));
          }
        });
  }

  @Override
  public boolean hasClose() {
    return true;
  }

  @Override
  public void close(Vma vma) {
    PrivateReservation own = reservation;
    if (own != null) {
      long first = index(vma, vma.start());
      pool.unreserve(pageSize, own.count(first, first + vma.length() / pageSize));
    }
  }

  @Override
  public @Nullable Errno maySplit(Vma vma, long address) {
    return (address & (pageSize - 1)) == 0 ? null : Errno.EINVAL;
  }
}
