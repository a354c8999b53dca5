// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;

/**
 * What files of memfd_secret have in common, whatever their hook: they are their callbacks, too.
 */
public interface SecretMapping extends FileOperations, VmOperations {
  /**
   * Maps a file, which must be shared, and keeps it out of core dumps.
   *
   * @throws ErrnoException EINVAL for a private mapping
   */
  default void map(HookedArea area) throws ErrnoException {
    if ((area.vmFlags() & (VmFlags.SHARED | VmFlags.MAYSHARE)) == 0) {
      throw Errno.EINVAL.failure();
    }
    area.addFlags(VmFlags.DONTDUMP);
    area.vmOps(this);
  }

  /**
   * The same, locked: whoever maps it answers for RLIMIT_MEMLOCK.
   *
   * @throws ErrnoException EINVAL for a private mapping; EAGAIN beyond the limit
   */
  default void mapLocked(HookedArea area) throws ErrnoException {
    map(area);
    if (!area.mm().mayLock(area.pages())) {
      throw Errno.EAGAIN.failure();
    }
    area.addFlags(VmFlags.LOCKED);
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException EINVAL if the file has a size already
   */
  @Override
  default void truncate(OpenFile file, long bytes) throws ErrnoException {
    if (file.inode().size() > 0) {
      throw Errno.EINVAL.failure();
    }
    file.inode().truncate(bytes);
  }

  @Override
  default Errno punchHole(OpenFile file) {
    return Errno.EOPNOTSUPP;
  }

  @Override
  default VmOperations callbacksOfFound(long vmFlags) {
    return this;
  }

  @Override
  default boolean canSync() {
    return false;
  }

  @Override
  default boolean isSecret() {
    return true;
  }
}
