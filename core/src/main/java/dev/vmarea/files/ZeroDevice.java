// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.mapping.SharedBacking;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import org.jspecify.annotations.Nullable;

/**
 * {@code /dev/zero}: a private mapping is anonymous memory that keeps its file; a shared one gets a
 * tmpfs file of its own, unless the descriptor is read-only.
 */
public final class ZeroDevice implements LegacyMmap {
  private final SharedBacking backing;

  /** The device; shared mappings get their files from {@code backing}. */
  public ZeroDevice(SharedBacking backing) {
    this.backing = backing;
  }

  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    if ((vma.vmFlags() & VmFlags.SHARED) == 0) {
      vma.vmOps(null);
    } else {
      boolean noReserve = (vma.vmFlags() & VmFlags.NORESERVE) != 0;
      OpenFile fresh = backing.shmemZero(vma.size(), noReserve);
      vma.file(fresh);
      fresh.put(); // the VMA has its own reference now
    }
  }

  @Override
  public @Nullable VmOperations callbacksOfFound(long vmFlags) {
    return (vmFlags & VmFlags.SHARED) == 0 ? null : NoOperations.INSTANCE;
  }

  /** The device has a method of its own: huge-page alignment for private mappings. */
  @Override
  public Placement placement() {
    return Placement.DEVICE_ZERO;
  }
}
