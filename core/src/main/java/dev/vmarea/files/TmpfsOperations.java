// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * What files of tmpfs and memfds have in common, whatever their hook: where they are mapped, and
 * what their seals forbid.
 */
public interface TmpfsOperations extends FileOperations {
  /** Seal: the contents stay as they are. */
  int F_SEAL_WRITE = 0x8;

  /** Seal: whoever maps the file from now on does not write. */
  int F_SEAL_FUTURE_WRITE = 0x10;

  @Override
  default Placement placement() {
    return Placement.SHMEM;
  }

  @Override
  default @Nullable Errno punchHole(OpenFile file) {
    boolean sealed = (file.inode().seals() & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) != 0;
    return sealed ? Errno.EPERM : null;
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException EPERM for what a seal forbids; ENOMEM without a frame
   */
  @Override
  default void write(OpenFile file, PhysicalMemory memory, long offset, byte[] bytes)
      throws ErrnoException {
    Inode inode = file.inode();
    if ((inode.seals() & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) != 0) {
      throw Errno.EPERM.failure();
    }
    FileSeals.checkSize(inode, Math.max(inode.size(), offset + bytes.length));
    inode.store(memory, offset, bytes);
  }

  /**
   * {@inheritDoc}
   *
   * @throws ErrnoException EPERM for a size that a seal forbids
   */
  @Override
  default void truncate(OpenFile file, long bytes) throws ErrnoException {
    FileSeals.checkSize(file.inode(), bytes);
    file.inode().truncate(bytes);
  }
}
