// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.OpenFile;

/** What lives at a path of the {@link MountTable}: one device, or a file system. Thread-safe. */
public interface Mount {
  /**
   * open(2).
   *
   * @param path absolute, at or below where it is mounted
   * @param flags O_ flags, generic numbering ({@link OpenFile})
   * @return the open file, with one reference for the caller
   * @throws ErrnoException what open returns: ENOENT, EPERM, ENXIO, EACCES, ...
   */
  OpenFile open(String path, int flags) throws ErrnoException;

  /**
   * unlink(2).
   *
   * @throws ErrnoException ENOENT without such a file; EPERM where names cannot be removed
   */
  default void unlink(String path) throws ErrnoException {
    throw Errno.EPERM.failure();
  }
}
