// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.files.PlainFile;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.VmaDescriptor;

/**
 * Files of a file system whose type is not known. Whether it places mappings for huge pages is
 * assumed until an address shows it.
 */
final class AssumedFile implements MmapPrepare {
  private Placement placement = Placement.THP;
  private boolean settled;

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    PlainFile.THP_SYNC.mmapPrepare(descriptor);
  }

  @Override
  public Placement placement() {
    return placement;
  }

  @Override
  public boolean supportsSync() {
    return true;
  }

  /** Whether an address has shown the placement. */
  boolean isSettled() {
    return settled;
  }

  /** Assumes the other placement. */
  void toggle() {
    placement = placement == Placement.THP ? Placement.DEFAULT : Placement.THP;
  }

  /** An address has shown that the placement assumed now is right. */
  void settle() {
    settled = true;
  }
}
