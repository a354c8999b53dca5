// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.procfs;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.Invariant;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * A file of procfs. Each call of one of its hooks is a use; removing it waits for the uses under
 * way, and then no hook runs any more. A permanent entry is never removed and counts nothing.
 * Mappings that were made stay. Thread-safe.
 */
public final class ProcEntry {
  /** Where such files are. */
  public static final FileSystem PROC = new FileSystem("proc", false, false);

  private final boolean permanent;
  private final Inode inode = new Inode(Inode.Type.REGULAR, PROC);
  private long uses;
  private boolean removed;

  /** An entry that is there. */
  public ProcEntry(boolean permanent) {
    this.permanent = permanent;
  }

  /** Its inode. */
  public Inode inode() {
    return inode;
  }

  /**
   * An open file of it.
   *
   * @param operations with the entry's own hook, old or new; null or one without is EIO for mmap
   * @throws ErrnoException ENOENT once it is removed
   */
  public synchronized OpenFile open(String path, int flags, @Nullable FileOperations operations)
      throws ErrnoException {
    if (removed) {
      throw Errno.ENOENT.failure();
    }
    return new OpenFile(inode, new DirectoryEntry(path), flags, new Dispatch(operations));
  }

  /**
   * Removes it ({@code remove_proc_entry}), waiting for hooks that run. Not from inside one.
   *
   * @throws IllegalStateException if it is permanent
   */
  public synchronized void remove() {
    if (permanent) {
      throw new IllegalStateException("a permanent entry of procfs is not removed");
    }
    removed = true;
    boolean interrupted = false;
    while (uses > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Checks, when nobody is in a call, that no use is left.
   *
   * @throws IllegalStateException if one is
   */
  public synchronized void verify() {
    Invariant.equal("uses of an entry of procfs", uses, 0);
  }

  private synchronized boolean use() {
    if (removed) {
      return false;
    }
    uses++;
    return true;
  }

  private synchronized void unuse() {
    uses--;
    if (uses == 0) {
      notifyAll();
    }
  }

  /** procfs's own operations, which have the old hook whatever the entry has. */
  private final class Dispatch implements LegacyMmap {
    private final @Nullable FileOperations operations;

    Dispatch(@Nullable FileOperations operations) {
      this.operations = operations;
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException {
      if (permanent) {
        call(file, vma);
        return;
      }
      if (!use()) {
        throw Errno.EIO.failure();
      }
      try {
        call(file, vma);
      } finally {
        unuse();
      }
    }

    /** The old hook, or the new one by way of the compatibility layer, as in v2 of the series. */
    private void call(OpenFile file, LegacyVma vma) throws ErrnoException {
      if (operations instanceof LegacyMmap || operations instanceof MmapPrepare) {
        vma.mapThrough(file, operations);
      } else {
        throw Errno.EIO.failure();
      }
    }

    @Override
    public void release(OpenFile file) {
      if (operations != null) {
        operations.release(file);
      }
    }

    @Override
    public Placement placement() {
      return Placement.OWN;
    }

    @Override
    public boolean canSync() {
      return false;
    }
  }
}
