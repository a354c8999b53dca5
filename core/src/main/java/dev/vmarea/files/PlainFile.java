// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.VmaDescriptor;

/**
 * Regular files of disk and network file systems, without DAX: mapped through the page cache,
 * without callbacks that bear on merging.
 */
public enum PlainFile implements MmapPrepare {
  /** Files mapped like anything else. */
  DEFAULT(Placement.DEFAULT, false),
  /** Files whose file system asks for addresses that suit transparent huge pages. */
  THP(Placement.THP, false),
  /** The same on a file system that knows MAP_SYNC (ext4, xfs); without DAX it refuses it. */
  THP_SYNC(Placement.THP, true);

  private final Placement placement;
  private final boolean knowsSync;

  PlainFile(Placement placement, boolean knowsSync) {
    this.placement = placement;
    this.knowsSync = knowsSync;
  }

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    if (knowsSync && (descriptor.vmFlags() & VmFlags.SYNC) != 0) {
      throw Errno.EOPNOTSUPP.failure();
    }
    descriptor.vmOps(NoOperations.INSTANCE);
  }

  @Override
  public Placement placement() {
    return placement;
  }

  @Override
  public boolean supportsSync() {
    return knowsSync;
  }
}
