// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.files;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.VmaDescriptor;

/**
 * Files of a file system whose type is not known. Whether it places mappings for huge pages is
 * assumed until an address shows it.
 */
public final class AssumedFile implements FileOperations {
  private Placement placement = Placement.THP;
  private boolean settled;

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    PlainFile.DEFAULT.mmapPrepare(descriptor);
  }

  @Override
  public Placement placement() {
    return placement;
  }

  /** Whether an address has shown the placement. */
  public boolean isSettled() {
    return settled;
  }

  /** Assumes the other placement. */
  public void toggle() {
    placement = placement == Placement.THP ? Placement.DEFAULT : Placement.THP;
  }

  /** An address has shown that the placement assumed now is right. */
  public void settle() {
    settled = true;
  }
}
