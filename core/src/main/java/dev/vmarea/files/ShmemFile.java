// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.NoOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;

/** Files of tmpfs, memfds, and the hidden files behind shared anonymous memory. */
public enum ShmemFile implements TmpfsOperations, MmapPrepare {
  INSTANCE;

  /** The kernel's own mount: memfds and shared anonymous memory. */
  public static final FileSystem INTERNAL_MOUNT = new FileSystem("tmpfs", false, false);

  /** A new file without a name in any directory, shown as {@code name (deleted)}. */
  public static OpenFile unnamed(String name, long bytes) {
    Inode inode = new Inode(Inode.Type.REGULAR, INTERNAL_MOUNT);
    inode.size(bytes);
    return new OpenFile(inode, new DirectoryEntry(name, true), OpenFile.O_RDWR, INSTANCE);
  }

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) {
    // Said, not left to be assumed: through the compatibility layer nothing would mean anonymous.
    descriptor.vmOps(NoOperations.INSTANCE);
  }
}
