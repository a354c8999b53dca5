// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.memory.PhysicalMemory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An open file description ({@code struct file}). Two opens of one path are two of these, and their
 * mappings never merge: identity is part of the merge rule. References are counted, from any
 * thread.
 */
public final class OpenFile {
  /** O_ACCMODE values and the two other bits of O_ flags that matter here (generic numbering). */
  public static final int O_ACCMODE = 3;

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_PATH = 010000000;

  private final Inode inode;
  private final DirectoryEntry entry;
  private final int openFlags;
  private final @Nullable FileOperations operations;
  private final AtomicInteger references = new AtomicInteger(1);
  private volatile @Nullable Runnable released;
  private volatile @Nullable OpenFile shownAs;

  /**
   * An open file, with the one reference of whoever opens it.
   *
   * @param openFlags O_ flags it was opened with
   * @param operations how it is mapped, or null if it cannot be
   */
  public OpenFile(
      Inode inode, DirectoryEntry entry, int openFlags, @Nullable FileOperations operations) {
    this.inode = inode;
    this.entry = entry;
    this.openFlags = openFlags;
    this.operations = operations;
  }

  /** The file behind it. */
  public Inode inode() {
    return inode;
  }

  /** Its name. */
  public DirectoryEntry entry() {
    return entry;
  }

  /** O_ flags. */
  public int openFlags() {
    return openFlags;
  }

  /** How it is mapped, or null: then mmap says ENODEV. */
  public @Nullable FileOperations operations() {
    return operations;
  }

  /** Takes a reference; returns this file. Each VMA holds one, and each descriptor. */
  public OpenFile get() {
    references.incrementAndGet();
    return this;
  }

  /** Gives a reference back; with the last one the file is released: see {@link ReleaseDelay}. */
  public void put() {
    if (references.decrementAndGet() == 0) {
      ReleaseDelay.orNow(this::release);
    }
  }

  private void release() {
    FileOperations driver = operations;
    if (driver != null) {
      driver.release(this);
    }
    Runnable last = released;
    if (last != null) {
      last.run();
    }
  }

  /**
   * ftruncate(2): makes the file {@code bytes} long, as {@link Inode#truncate} tells.
   *
   * @throws ErrnoException EINVAL for a negative size or a file not open for writing, and what the
   *     file system says: nothing has changed then
   */
  public void truncate(long bytes) throws ErrnoException {
    if (bytes < 0 || !isWritable()) {
      throw Errno.EINVAL.failure();
    }
    FileOperations driver = operations;
    if (driver == null) {
      inode.truncate(bytes);
    } else {
      driver.truncate(this, bytes);
    }
  }

  /**
   * pwrite(2), all of {@code bytes}.
   *
   * @param memory where pages of the file come from
   * @param offset in the file, bytes
   * @throws ErrnoException EBADF if it was not opened for writing; EINVAL for a negative offset or
   *     a file without operations; else what the file system says
   */
  public void write(PhysicalMemory memory, long offset, byte[] bytes) throws ErrnoException {
    if (!isWritable()) {
      throw Errno.EBADF.failure();
    }
    FileOperations driver = operations;
    if (offset < 0 || driver == null) {
      throw Errno.EINVAL.failure();
    }
    driver.write(this, memory, offset, bytes);
  }

  /**
   * What maps shows of mappings of this file: the file itself, or the one of a union that it stands
   * behind (file_user_path).
   */
  public OpenFile shown() {
    OpenFile front = shownAs;
    return front == null ? this : front;
  }

  /** From now on it stands behind {@code front}, to which it holds no reference. */
  public void shownAs(OpenFile front) {
    shownAs = front;
  }

  /** References held now; 0 once the file has been released. */
  public int references() {
    return references.get();
  }

  /** What is to be done when the last reference goes, after the driver was told. */
  public void whenReleased(Runnable action) {
    released = action;
  }

  /** Opened with O_PATH: to mmap it is no descriptor at all. */
  public boolean isPathOnly() {
    return (openFlags & O_PATH) != 0;
  }

  /** Opened for reading. */
  public boolean isReadable() {
    int mode = openFlags & O_ACCMODE;
    return mode == O_RDONLY || mode == O_RDWR;
  }

  /** Opened for writing. */
  public boolean isWritable() {
    int mode = openFlags & O_ACCMODE;
    return mode == O_WRONLY || mode == O_RDWR;
  }
}
