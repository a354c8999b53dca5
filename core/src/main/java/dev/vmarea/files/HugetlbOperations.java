// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import org.jspecify.annotations.Nullable;

/**
 * What files of hugetlbfs have in common, whatever their hook: all that is done to them is done in
 * whole huge pages.
 */
public interface HugetlbOperations extends FileOperations {
  /** Where their pages come from. */
  HugetlbMount mount();

  @Override
  default VmOperations callbacksOfFound(long vmFlags) {
    return mount().operations();
  }

  @Override
  default Placement placement() {
    return Placement.HUGETLB;
  }

  @Override
  default long hugePageSize() {
    return mount().pageSize();
  }

  @Override
  default @Nullable Errno punchHole(OpenFile file) {
    return ShmemFile.INSTANCE.punchHole(file); // as its seals say
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException EINVAL for a size that is not one of whole huge pages; EPERM for one
   *     that a seal forbids
   */
  @Override
  default void truncate(OpenFile file, long bytes) throws ErrnoException {
    if ((bytes & (mount().pageSize() - 1)) != 0) {
      throw Errno.EINVAL.failure();
    }
    FileSeals.checkSize(file.inode(), bytes);
    mount().pages(file.inode()); // it has its pages from here on, also if nobody has mapped it yet
    file.inode().truncate(bytes);
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException EINVAL always: hugetlbfs has no write
   */
  @Override
  default void write(OpenFile file, PhysicalMemory memory, long offset, byte[] bytes)
      throws ErrnoException {
    throw Errno.EINVAL.failure();
  }
}
