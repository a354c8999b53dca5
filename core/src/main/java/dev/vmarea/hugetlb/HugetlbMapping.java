// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * One version of a VMA, seen as one of huge pages: what it has reserved, and where its pages come
 * from. Immutable, but for the reservation. Under the address space's lock.
 */
public final class HugetlbMapping {
  /** Private data of a child from which the owner has taken a page. */
  private enum Robbed {
    /** The mark. */
    ROBBED
  }

  private final Vma vma;
  private final HugetlbMount mount;

  HugetlbMapping(Vma vma, HugetlbMount mount) {
    this.vma = vma;
    this.mount = mount;
  }

  /**
   * {@code vma} as one of huge pages, or null if it is none. Whose callbacks stand before those of
   * hugetlb makes no difference: the file says what it is made of.
   */
  public static @Nullable HugetlbMapping of(Vma vma) {
    if (vma.ops() instanceof HugetlbOperations ops) {
      return new HugetlbMapping(vma, ops.mount());
    }
    OpenFile file = vma.has(VmFlags.HUGETLB) ? vma.file() : null;
    return file != null && file.inode().ownPages() instanceof HugetlbPages pages
        ? new HugetlbMapping(vma, pages.mount())
        : null;
  }

  /** The mount that its file is of. */
  public HugetlbMount mount() {
    return mount;
  }

  /** Bytes of a huge page. */
  public long pageSize() {
    return mount.pageSize();
  }

  private @Nullable PrivateReservation reservation() {
    return vma.privateData() instanceof PrivateReservation own ? own : null;
  }

  /** Whether the VMA's maker reserved its pages: a private mapping that is not a child's. */
  public boolean isOwner() {
    return reservation() != null;
  }

  /** Whether the VMA has a lock, and so may share its page tables with others. */
  public boolean hasLock() {
    return vma.privateData() instanceof HugetlbLock;
  }

  /**
   * Whether the owner has taken a page away that this child shared with it, for want of others. The
   * child no longer gets any pages: it would see data lost.
   */
  public boolean isRobbed() {
    return vma.privateData() == Robbed.ROBBED;
  }

  /** The VMA of a child from which the owner has taken a page. */
  public Vma withRobbed() {
    return vma.withPrivateData(Robbed.ROBBED);
  }

  /** Whether faults may be made in advance: not where pages are only assumed. */
  public boolean populates() {
    return !mount.pool().isAssumed(pageSize());
  }

  /** Index in the file of the huge page at {@code address}. */
  public long index(long address) {
    return vma.pgoffAt(Pages.floor(address)) / Pages.count(pageSize());
  }

  /** The pages of the file that is mapped. */
  public HugetlbPages pages() {
    return mount.pages(inode());
  }

  private Inode inode() {
    OpenFile file = vma.file();
    if (file == null) {
      throw new IllegalStateException("huge pages without a file: " + vma);
    }
    return file.inode();
  }

  /**
   * Takes the page at {@code address}, the owner's, from children that share it.
   *
   * @param pfn the page's first frame
   */
  public void takeFromChildren(long address, long pfn) {
    inode().reverseMap().takeHugePage(vma.handle(), vma.pgoffAt(address), pfn);
  }

  /**
   * A private page for a fault: from the reservation if the page has one.
   *
   * @param copiedByOwner whether it replaces one that a child has, too: then what is reserved has
   *     been used, and a page beyond must be found
   * @return its first frame, with one reference, or -1 if there is none
   */
  public long allocate(long index, boolean copiedByOwner) {
    PrivateReservation own = reservation();
    boolean reserved = own != null && !copiedByOwner && own.has(index);
    long pfn = mount.allocate(reserved, KernelPage.Kind.HUGETLB_ANONYMOUS);
    if (pfn >= 0 && own != null && !copiedByOwner) {
      own.take(index);
    }
    return pfn;
  }

  /**
   * Entries in [start, end) are about to be taken out of {@code tables}: an owner's private pages
   * are reserved again, unless there are surplus pages.
   */
  public void zapping(PageTables tables, long start, long end) {
    PrivateReservation own = reservation();
    if (own == null || mount.pool().counts(pageSize()).surplus() != 0) {
      return;
    }
    tables.walk(
        start,
        end,
        (address, level, entry) -> {
          KernelPage page = mount.pool().memory().page(tables.format().pfn(level, entry));
          if (page != null && page.kind() == KernelPage.Kind.HUGETLB_ANONYMOUS) {
            mount.pool().restoreAtFree(page.pfn());
            own.restore(index(address));
          }
        });
  }
}
