// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Pages;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;

/**
 * The files behind shared anonymous memory in a replay. They have no device and inode numbers until
 * an expected map tells them.
 */
public final class TraceBacking implements SharedBacking {
  private final KernelConfig config;

  /** Files on a machine configured so. */
  public TraceBacking(KernelConfig config) {
    this.config = config;
  }

  @Override
  public OpenFile shmemZero(long bytes, boolean noReserve) throws ErrnoException {
    boolean refused =
        config.overcommitMode() == 0
            && !noReserve
            && Pages.count(bytes) > config.totalRamPages() + config.totalSwapPages();
    if (refused) {
      throw Errno.ENOMEM.failure();
    }
    return ShmemFile.unnamed("/dev/zero", bytes);
  }

  @Override
  public OpenFile hugetlbFile(long hugePageSize, long bytes) {
    Inode inode = new Inode(Inode.Type.REGULAR, FileKinds.fileSystem("hugetlbfs", false));
    inode.size(bytes);
    return new OpenFile(
        inode,
        new DirectoryEntry("/anon_hugepage", true),
        OpenFile.O_RDWR,
        new HugetlbFile(hugePageSize));
  }
}
