// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.files;

import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.VmaDescriptor;

/** Files of tmpfs, memfds, and the hidden files behind shared anonymous and SysV memory. */
public final class ShmemFile implements FileOperations {
  /** The only instance. */
  public static final ShmemFile INSTANCE = new ShmemFile();

  /** The kernel's own tmpfs mount. */
  public static final FileSystem INTERNAL_MOUNT = new FileSystem("tmpfs", false, false);

  private static final VmOperations CALLBACKS = new VmOperations() {};

  private ShmemFile() {}

  /** A new file without a name in any directory, shown as {@code name (deleted)}. */
  public static OpenFile unnamed(String name, long size) {
    Inode inode = new Inode(Inode.Type.REGULAR, INTERNAL_MOUNT);
    inode.size(size);
    return new OpenFile(inode, new DirectoryEntry(name, true), OpenFile.O_RDWR, INSTANCE);
  }

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) {
    descriptor.vmOps(CALLBACKS);
  }

  @Override
  public Placement placement() {
    return Placement.SHMEM;
  }
}
