// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * An open file of overlayfs: what is mapped is the real file below it, of another file system,
 * which each open of the union's file has for itself. So mappings of one open file never merge when
 * they are made (the hook runs after the decision, and only then they have the same file), but do
 * when something changes later.
 *
 * <p>{@code maps} shows the name, device and inode of the union's file. Observed on Linux 6.18 with
 * all layers on one tmpfs.
 */
public final class OverlayFile implements LegacyMmap {
  private final OpenFile real;

  private OverlayFile(OpenFile real) {
    this.real = real;
  }

  /**
   * Opens a file of the union.
   *
   * @param inode the real file's, with the numbers that {@code maps} shows: those of the union
   * @param entry its name in the union
   * @param flags O_ flags
   * @param operations how the real file is mapped
   */
  public static OpenFile open(
      Inode inode, DirectoryEntry entry, int flags, FileOperations operations) {
    OpenFile real = new OpenFile(inode, entry, flags, operations);
    return new OpenFile(inode, entry, flags, new OverlayFile(real));
  }

  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    vma.file(real);
    vma.mapThrough(real);
  }

  @Override
  public @Nullable Errno punchHole(OpenFile file) {
    FileOperations operations = real.operations();
    return operations == null ? Errno.EOPNOTSUPP : operations.punchHole(real);
  }

  /** The real file goes with the union's; mappings have references of their own. */
  @Override
  public void release(OpenFile file) {
    real.put();
  }
}
