// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.Pages;
import dev.vmarea.hugetlb.HugePagePool;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.space.Kernel;
import dev.vmarea.vma.OpenFile;

/**
 * The files behind shared anonymous memory, segments of shared memory and anonymous huge pages, as
 * the kernel makes them: they have no device and inode numbers until somebody tells them.
 *
 * <p>The commit charge of shared memory is that of the whole file, as in Linux, and goes with the
 * last reference to it.
 */
public final class KernelFiles implements SharedBacking {
  private final Kernel kernel;
  private final HugePagePool hugePages;

  /** The internal files of {@code kernel}. */
  public KernelFiles(Kernel kernel) {
    this.kernel = kernel;
    this.hugePages = new HugePagePool(kernel.memory(), kernel::fails, kernel::warn);
  }

  /** The huge pages that can be mapped; none unless set. */
  public HugePagePool hugePages() {
    return hugePages;
  }

  @Override
  public OpenFile shmem(String name, long bytes, boolean noReserve) throws ErrnoException {
    long pages = Pages.count(Pages.ceil(bytes));
    if (!noReserve && !kernel.commit().charge(kernel, pages, 0, true)) {
      throw Errno.ENOMEM.failure();
    }
    if (kernel.fails(FailurePlan.Point.HOOK)) {
      if (!noReserve) {
        kernel.commit().uncharge(pages);
      }
      throw Errno.ENOSPC.failure(); // no inode
    }
    OpenFile file = ShmemFile.unnamed(name, bytes);
    file.whenReleased(() -> {
      file.inode().pageCache().drop(0, -1); // nobody can open it again
      if (!noReserve) {
        kernel.commit().uncharge(pages);
      }
    });
    return file;
  }

  @Override
  public OpenFile hugetlbSegment(String name, long hugePageSize, long bytes, boolean noReserve)
      throws ErrnoException {
    HugetlbMount mount = hugePages.internalMount(hugePageSize);
    HugetlbFile operations = new HugetlbFile(mount);
    if (!noReserve) {
      return HugetlbFile.reserved(mount, operations, name, bytes);
    }
    OpenFile file = operations.unnamed(name, bytes);
    mount.pages(file.inode()).reserveNothing();
    return file;
  }

  @Override
  public OpenFile hugetlbFile(long hugePageSize, long bytes) {
    return new HugetlbFile(hugePages.internalMount(hugePageSize)).unnamed("/anon_hugepage", bytes);
  }
}
