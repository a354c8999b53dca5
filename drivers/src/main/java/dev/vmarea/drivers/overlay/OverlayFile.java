// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * An open file of an overlay, in front of the real one, which it holds ({@code backing_file_mmap}).
 *
 * @param inode the overlay's file
 * @param real the real file; the reference to it is this file's until it is released
 * @param credentials the mounter's
 */
record OverlayFile(OverlayInode inode, OpenFile real, MounterCredentials credentials)
    implements LegacyMmap {
  /**
   * Maps the real file.
   *
   * @throws ErrnoException in this order: EIO if the VMA is another file's, of which the kernel
   *     warns; ENODEV if the real file cannot be mapped; EACCES if a security module says so; what
   *     the real file's hook says. Only then was the file accessed. The credentials are the
   *     caller's again in any case
   */
  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    if (vma.file() != file) {
      vma.mm()
          .warn(
              new KernelWarning(
                  KernelWarning.Kind.RULE, "an overlay's file is to be mapped for another file"));
      throw Errno.EIO.failure();
    }
    if (real.operations() == null) {
      throw Errno.ENODEV.failure();
    }
    vma.file(real);
    credentials.take();
    boolean asked = false;
    try {
      if (inode.isDenied()) {
        throw Errno.EACCES.failure();
      }
      asked = true;
      vma.mapThrough(real);
    } finally {
      credentials.restore();
      if (asked) {
        inode.accessed();
      }
    }
  }

  /**
   * {@inheritDoc} It is the real file's size, too.
   *
   * @throws ErrnoException what the real file's file system says
   */
  @Override
  public void truncate(OpenFile file, long bytes) throws ErrnoException {
    real.truncate(bytes);
    inode.inode().size(bytes);
  }

  /** {@inheritDoc} It goes to the real file. */
  @Override
  public void write(OpenFile file, PhysicalMemory memory, long offset, byte[] bytes)
      throws ErrnoException {
    real.write(memory, offset, bytes);
    inode.inode().size(real.inode().size());
  }

  @Override
  public @Nullable Errno punchHole(OpenFile file) {
    FileOperations operations = real.operations();
    return operations == null ? Errno.EOPNOTSUPP : operations.punchHole(real);
  }

  @Override
  public void release(OpenFile file) {
    real.put();
  }
}
