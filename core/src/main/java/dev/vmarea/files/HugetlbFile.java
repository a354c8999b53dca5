// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.hugetlb.HugetlbMapping;
import dev.vmarea.hugetlb.HugetlbPages;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;

/**
 * A file of hugetlbfs: pages are reserved when it is mapped, taken when they are touched, and cuts
 * are made at huge-page boundaries only.
 *
 * <p>A mount's own limits (its subpool) and control groups are not modelled.
 */
public final class HugetlbFile implements LegacyMmap {
  private final HugePagePool pool;
  private final long pageSize;

  /** Files with huge pages of {@code pageSize} bytes, a power of two, from {@code pool}. */
  public HugetlbFile(HugePagePool pool, long pageSize) {
    this.pool = pool;
    this.pageSize = pageSize;
  }

  /** A mount of hugetlbfs. */
  public static FileSystem fileSystem() {
    return new FileSystem("hugetlbfs", false, false);
  }

  /**
   * A new file without a name in any directory, shown as {@code name (deleted)}: its pages go with
   * the last reference to it.
   *
   * @param bytes its size, a multiple of the page size
   */
  public OpenFile unnamed(String name, long bytes) {
    Inode inode = new Inode(Inode.Type.REGULAR, fileSystem());
    inode.size(bytes);
    OpenFile file = new OpenFile(inode, new DirectoryEntry(name, true), OpenFile.O_RDWR, this);
    file.whenReleased(() -> HugetlbPages.of(inode, pool, pageSize).evict());
    return file;
  }

  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    long perHuge = Pages.count(pageSize);
    long fileEnd = Pages.bytes(vma.pgoff()) + vma.size();
    if ((vma.pgoff() & (perHuge - 1)) != 0 || fileEnd < 0) {
      throw Errno.EINVAL.failure();
    }
    vma.vmOps(callbacks(file.inode(), vma));
    vma.vmFlags(vma.vmFlags() | VmFlags.HUGETLB | VmFlags.DONTEXPAND);
    long size = file.inode().size();
    boolean grows = (vma.vmFlags() & VmFlags.WRITE) != 0 && size != Inode.UNKNOWN_SIZE;
    if (grows && size < fileEnd) {
      file.inode().size(fileEnd);
    }
  }

  private VmOperations callbacks(Inode inode, LegacyVma vma) throws ErrnoException {
    if ((vma.vmFlags() & VmFlags.NORESERVE) != 0) {
      return HugetlbMapping.plain(pool, pageSize);
    }
    boolean shared = (vma.vmFlags() & VmFlags.MAYSHARE) != 0;
    long first = vma.pgoff() / Pages.count(pageSize);
    VmOperations reserved =
        HugetlbMapping.reserved(pool, pageSize, inode, shared, first, vma.size() / pageSize);
    if (reserved == null) {
      throw Errno.ENOMEM.failure();
    }
    return reserved;
  }

  @Override
  public VmOperations callbacksOfFound(long vmFlags) {
    return HugetlbMapping.plain(pool, pageSize);
  }

  @Override
  public Placement placement() {
    return Placement.HUGETLB;
  }

  @Override
  public long hugePageSize() {
    return pageSize;
  }
}
