// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.tree;

import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A file of a {@link FileTree}: an inode, and how it is mapped. It lives as long as a name or an
 * open file leads to it; a mapping counts through the open file that it holds. Thread-safe.
 */
public abstract class TreeFile {
  private final Inode inode;
  private final AtomicLong accesses = new AtomicLong();
  private int opens; // guarded by the tree
  private boolean evicted; // guarded by the tree

  /** A file with this inode, whose size is set to 0 unless it is known. */
  protected TreeFile(Inode inode) {
    this.inode = inode;
    if (inode.size() == Inode.UNKNOWN_SIZE) {
      inode.size(0);
    }
  }

  /** Its inode: size, links, pages. */
  public final Inode inode() {
    return inode;
  }

  /** How an open file of it is mapped, or null if it cannot be. */
  public abstract @Nullable FileOperations operations();

  /** It was used, as its access time would tell ({@code file_accessed}). */
  public final void accessed() {
    accesses.incrementAndGet();
  }

  /** How often it was used so far: stands for the access time, as a machine has no clock. */
  public final long accesses() {
    return accesses.get();
  }

  /**
   * Nothing leads to it any more, and nobody maps it: gives back what it holds ({@code
   * evict_inode}). Called once, under the tree's lock. Its pages go.
   */
  protected void evict() {
    inode.pageCache().drop(0, -1);
  }

  final void opened() {
    opens++;
  }

  final void released() {
    opens--;
  }

  final int opens() {
    return opens;
  }

  final void evictOnce() {
    if (!evicted) {
      evicted = true;
      evict();
    }
  }

  final boolean isEvicted() {
    return evicted;
  }
}
