// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.VmOperations;
import org.jspecify.annotations.Nullable;

/**
 * {@code /dev/zero}, whatever its hook: a private mapping is anonymous memory that keeps its file;
 * a shared one gets a tmpfs file of its own, unless the descriptor is read-only.
 */
public abstract class ZeroMapping implements FileOperations {
  private final ShmemZero shared;

  /** The device; shared mappings are set up by {@code shared}. */
  protected ZeroMapping(ShmemZero shared) {
    this.shared = shared;
  }

  /** What sets up shared mappings. */
  protected final ShmemZero shared() {
    return shared;
  }

  /**
   * Whether {@code area} becomes a shared mapping; one of a read-only descriptor is private by now.
   *
   * @throws ErrnoException ENOSYS without an MMU
   */
  protected static boolean isShared(HookedArea area) throws ErrnoException {
    if (!area.mm().hasMmu()) {
      throw Errno.ENOSYS.failure();
    }
    return area.has(VmFlags.SHARED);
  }

  @Override
  public final @Nullable VmOperations callbacksOfFound(long vmFlags) {
    return (vmFlags & VmFlags.SHARED) == 0 ? null : shared.callbacks();
  }

  /** The device has a method of its own: huge-page alignment for private mappings. */
  @Override
  public final Placement placement() {
    return Placement.DEVICE_ZERO;
  }
}
