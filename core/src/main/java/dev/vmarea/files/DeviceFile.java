// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;

/**
 * Files whose driver fills the mapping itself, as far as their hooks could be observed on Linux
 * 6.18: which flags they set and which mappings they refuse. What the driver's own state decides
 * (offsets, sizes, one mapping only) is not known here.
 */
public enum DeviceFile implements LegacyMmap, VmOperations {
  /** Sockets of inet TCP: received data read in place. */
  TCP_SOCKET(VmFlags.MIXEDMAP, VmFlags.MAYWRITE | VmFlags.MAYEXEC, false, false) {
    @Override
    void check(long flags) throws ErrnoException {
      if ((flags & (VmFlags.WRITE | VmFlags.EXEC)) != 0) {
        throw Errno.EPERM.failure();
      }
    }
  },

  /** Event buffers of perf_event_open. */
  PERF_EVENT(VmFlags.REMAP_FLAGS | VmFlags.DONTCOPY, 0, true, true) {
    @Override
    void check(long flags) throws ErrnoException {
      if ((flags & VmFlags.SHARED) == 0) {
        throw Errno.EINVAL.failure();
      }
    }
  },

  /** Rings of io_uring. */
  IO_URING(VmFlags.MIXEDMAP | VmFlags.DONTEXPAND, 0, false, true),

  /** Binary files of sysfs: read-only kernel memory. */
  SYSFS_BINARY(VmFlags.REMAP_FLAGS, VmFlags.MAYWRITE, false, false) {
    @Override
    void check(long flags) throws ErrnoException {
      if ((flags & (VmFlags.WRITE | VmFlags.MAYSHARE)) != 0) {
        throw Errno.EACCES.failure();
      }
    }
  },

  /** A driver about which nothing is known: no flags of its own. */
  UNKNOWN(0, 0, false, true);

  /** Where sockets, rings and event buffers live: without execution. */
  public static final FileSystem MOUNT = new FileSystem("anon_inodefs", true, false);

  private final long set;
  private final long cleared;
  private final boolean close;
  private final boolean ownPlacement;

  DeviceFile(long set, long cleared, boolean close, boolean ownPlacement) {
    this.set = set;
    this.cleared = cleared;
    this.close = close;
    this.ownPlacement = ownPlacement;
  }

  /** Refuses flags that the driver does not map with; a constant with such flags overrides it. */
  void check(long flags) throws ErrnoException {}

  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    check(vma.vmFlags());
    vma.vmFlags(vma.vmFlags() & ~cleared | set);
    vma.vmOps(this);
  }

  @Override
  public VmOperations callbacksOfFound(long vmFlags) {
    return this;
  }

  @Override
  public boolean canSync() {
    return false;
  }

  @Override
  public Placement placement() {
    return ownPlacement ? Placement.OWN : Placement.DEFAULT;
  }

  @Override
  public boolean hasClose() {
    return close;
  }
}
