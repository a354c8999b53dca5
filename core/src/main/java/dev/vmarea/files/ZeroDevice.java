// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.VmaDescriptor;

/**
 * {@code /dev/zero}: a private mapping is anonymous memory that keeps its file; a shared one gets a
 * tmpfs file of its own, unless the descriptor is read-only.
 */
public final class ZeroDevice implements FileOperations {
  private final SharedBacking backing;

  /** The device; shared mappings get their files from {@code backing}. */
  public ZeroDevice(SharedBacking backing) {
    this.backing = backing;
  }

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException {
    long flags = descriptor.vmFlags();
    if ((flags & VmFlags.SHARED) == 0) {
      descriptor.setAnonymous();
    } else {
      boolean noReserve = (flags & VmFlags.NORESERVE) != 0;
      descriptor.vmFile(backing.shmemZero(descriptor.size(), noReserve));
    }
  }

  @Override
  public boolean hasLegacyHook() {
    return true;
  }

  /** The device has a method of its own: huge-page alignment for private mappings. */
  @Override
  public Placement placement() {
    return Placement.DEVICE_ZERO;
  }
}
