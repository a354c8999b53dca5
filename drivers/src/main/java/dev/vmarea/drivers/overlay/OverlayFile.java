// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.overlay;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;

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

  @Override
  public void release(OpenFile file) {
    real.put();
  }
}
