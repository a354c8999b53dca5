// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.ntfs3;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.EitherHook;
import dev.vmarea.drivers.tree.GenericMapping;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.OpenFile;

/** How a file is mapped: by either hook the same, but an old one is not asked where it merges. */
abstract sealed class NtfsMapping implements EitherHook {
  private final NtfsFile file;

  private NtfsMapping(NtfsFile file) {
    this.file = file;
  }

  /** The old hook. */
  static final class Legacy extends NtfsMapping implements EitherHook.Old {
    Legacy(NtfsFile file) {
      super(file);
    }
  }

  /** The port. */
  static final class Port extends NtfsMapping implements EitherHook.New {
    Port(NtfsFile file) {
      super(file);
    }
  }

  /**
   * A mapping that can be written to, private ones too, gets clusters and valid bytes first: faults
   * could not ask for them.
   *
   * @throws ErrnoException EIO after a forced shutdown; EOPNOTSUPP for encrypted and deduplicated
   *     files, and for compressed ones to be written to; ENOSPC without clusters; EAGAIN if the
   *     inode's lock is needed and taken
   */
  @Override
  public final void map(HookedArea area) throws ErrnoException {
    boolean writes = area.has(VmFlags.WRITE);
    if (file.volume().isShutDown()) {
      throw Errno.EIO.failure();
    }
    if (file.is(Attribute.ENCRYPTED)
        || file.is(Attribute.DEDUP)
        || file.is(Attribute.COMPRESSED) && writes) {
      throw Errno.EOPNOTSUPP.failure();
    }
    if (writes) {
      long from = Pages.bytes(area.pgoff());
      long to = Math.min(file.inode().size(), from + area.size());
      if (file.is(Attribute.SPARSE)) {
        file.fillHoles(from, to);
      }
      file.extendValid(to);
    }
    GenericMapping.map(file, area);
  }

  @Override
  public void truncate(OpenFile open, long bytes) throws ErrnoException {
    file.truncate(bytes);
  }

  @Override
  public void write(OpenFile open, PhysicalMemory memory, long offset, byte[] bytes)
      throws ErrnoException {
    file.write(offset, bytes);
  }
}
