// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;

/**
 * Gives a shared mapping an unlinked tmpfs file of its own, as long as itself and charged as a
 * whole ({@code shmem_zero_setup} and {@code shmem_zero_setup_desc}).
 *
 * @param backing makes the files
 * @param callbacks those of such mappings
 */
public record ShmemZero(SharedBacking backing, VmOperations callbacks) {
  /**
   * For an old hook: the VMA drops the file that it had.
   *
   * @throws ErrnoException ENOMEM if the charge is refused, ENOSPC without an inode
   */
  public void setUp(LegacyVma vma) throws ErrnoException {
    OpenFile file = fresh(vma);
    vma.file(file);
    file.put(); // the VMA has its own reference now
    vma.vmOps(callbacks);
  }

  /**
   * For a prepare hook: the descriptor hands the new file's only reference to the VMA to be.
   *
   * @throws ErrnoException as the other
   */
  public void setUp(VmaDescriptor descriptor) throws ErrnoException {
    descriptor.vmFile(fresh(descriptor));
    descriptor.vmOps(callbacks);
  }

  private OpenFile fresh(HookedArea area) throws ErrnoException {
    return backing.shmemZero(area.size(), area.has(VmFlags.NORESERVE));
  }
}
