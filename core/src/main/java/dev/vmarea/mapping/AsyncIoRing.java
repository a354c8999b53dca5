// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * The file behind the ring of an asynchronous-I/O context: may not grow, and moving it moves the
 * context.
 */
final class AsyncIoRing implements MmapPrepare, VmOperations {
  private static final FileSystem FILE_SYSTEM = new FileSystem("aio", true, false);

  private final Mm owner;

  private AsyncIoRing(Mm owner) {
    this.owner = owner;
  }

  /** A new ring file for a context of {@code owner}. */
  static OpenFile open(Mm owner, long bytes) {
    Inode inode = new Inode(Inode.Type.REGULAR, FILE_SYSTEM);
    inode.size(bytes);
    return new OpenFile(
        inode, new DirectoryEntry("/[aio]", true), OpenFile.O_RDWR, new AsyncIoRing(owner));
  }

  /** Whose contexts it is the ring of. */
  Mm owner() {
    return owner;
  }

  @Override
  public void mmapPrepare(VmaDescriptor descriptor) {
    descriptor.vmFlags(descriptor.vmFlags() | VmFlags.DONTEXPAND);
    descriptor.vmOps(this);
  }

  @Override
  public VmOperations callbacksOfFound(long vmFlags) {
    return this;
  }

  @Override
  public boolean canSync() {
    return false;
  }

  @Override
  public Errno punchHole(OpenFile file) {
    return Errno.ENODEV;
  }

  /**
   * The context follows. A forked child has the mapping but not the context; whoever moves a
   * mapping holds its address space's lock, which tells the two apart.
   */
  @Override
  public @Nullable Errno mremap(Vma moved) {
    OpenFile file = moved.file();
    boolean known =
        file != null
            && owner.lock().isHeldByCurrentThread()
            && owner.asyncIo().relabel(file, moved.start());
    return known ? null : Errno.EINVAL;
  }
}
