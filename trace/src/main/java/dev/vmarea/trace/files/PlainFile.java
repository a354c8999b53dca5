// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;

/**
 * Regular files of disk file systems (ext4, xfs, btrfs, …) without DAX: mapped through the page
 * cache, no callbacks that bear on merging.
 */
public final class PlainFile implements FileOperations {
  /** Files of a file system that places mappings like any other. */
  public static final PlainFile DEFAULT = new PlainFile(Placement.DEFAULT);

  /** Files of a file system that asks for addresses that suit transparent huge pages. */
  public static final PlainFile THP = new PlainFile(Placement.THP);

  /** Files of a driver that chooses addresses itself. */
  public static final PlainFile OWN = new PlainFile(Placement.OWN);

  private static final VmOperations CALLBACKS = new VmOperations() {};

  private final Placement placement;

  private PlainFile(Placement placement) {
    this.placement = placement;
  }

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    if (VmFlags.has(descriptor.vmFlags(), VmFlags.SYNC)) {
      throw Errno.EOPNOTSUPP.failure();
    }
    descriptor.vmOps(CALLBACKS);
  }

  @Override
  public Placement placement() {
    return placement;
  }
}
