// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.stacked;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.OpenFile;

/**
 * A file of a file system stacked on others, as overlayfs has them: its old hook puts the real file
 * in its place and has that one mapped, a port through the compatibility layer.
 */
public final class StackedFile implements LegacyMmap {
  private static final FileSystem STACKED = new FileSystem("stacked", false, false);

  private final OpenFile inner;

  private StackedFile(OpenFile inner) {
    this.inner = inner;
  }

  /** A file in front of {@code inner}, whose reference it takes over. */
  public static OpenFile over(OpenFile inner) {
    Inode inode = new Inode(Inode.Type.REGULAR, STACKED);
    String name = "/stacked" + inner.entry().path();
    return new OpenFile(inode, new DirectoryEntry(name), inner.openFlags(), new StackedFile(inner));
  }

  /** The file below {@code file}; itself, if it is not stacked on any. */
  public static OpenFile below(OpenFile file) {
    return file.operations() instanceof StackedFile stacked ? stacked.inner : file;
  }

  @Override
  public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
    vma.file(inner);
    vma.mapThrough(inner);
  }

  @Override
  public void truncate(OpenFile file, long bytes) throws ErrnoException {
    inner.truncate(bytes);
  }

  @Override
  public void release(OpenFile file) {
    inner.put();
  }

  @Override
  public Placement placement() {
    FileOperations operations = inner.operations();
    return operations == null ? Placement.DEFAULT : operations.placement();
  }

  @Override
  public long hugePageSize() {
    FileOperations operations = inner.operations();
    return operations == null ? 0 : operations.hugePageSize();
  }

  @Override
  public boolean unsignedOffset() {
    FileOperations operations = inner.operations();
    return operations != null && operations.unsignedOffset();
  }
}
