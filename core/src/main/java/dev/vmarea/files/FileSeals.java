// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.files;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.VmFlags;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Seals of memfds (fcntl F_ADD_SEALS): what nobody can do to the file any more. Files of tmpfs and
 * hugetlbfs that are no memfds have seals, too: the one that forbids others. Observed on Linux
 * 6.18.
 */
public final class FileSeals {
  /** No more seals. */
  public static final int F_SEAL_SEAL = 0x1;

  /** The file does not become shorter. */
  public static final int F_SEAL_SHRINK = 0x2;

  /** The file does not become longer. */
  public static final int F_SEAL_GROW = 0x4;

  /** Nobody writes to it, nor maps it shared and writable. */
  public static final int F_SEAL_WRITE = 0x8;

  /** The same, but for those who have it mapped so. */
  public static final int F_SEAL_FUTURE_WRITE = 0x10;

  /** Its permissions to execute stay; a file that may be executed gets the others, too. */
  public static final int F_SEAL_EXEC = 0x20;

  private static final int KNOWN = 0x3f;

  private FileSeals() {}

  /**
   * Adds seals to {@code file}.
   *
   * @throws ErrnoException EPERM if the file is not open for writing or sealed against seals;
   *     EINVAL for unknown seals, or a file of another kind; EBUSY for F_SEAL_WRITE, which
   *     F_SEAL_EXEC may imply, while it is mapped shared and may be written through that
   */
  public static void add(OpenFile file, int seals) throws ErrnoException {
    if (!file.isWritable()) {
      throw Errno.EPERM.failure();
    }
    FileOperations operations = file.operations();
    boolean sealable =
        operations instanceof TmpfsOperations
            || operations != null && operations.hugePageSize() != 0;
    if ((seals & ~KNOWN) != 0 || !sealable) {
      throw Errno.EINVAL.failure();
    }
    Inode inode = file.inode();
    synchronized (inode) {
      int old = inode.seals();
      if ((old & F_SEAL_SEAL) != 0) {
        throw Errno.EPERM.failure();
      }
      int added = seals | implied(old, seals);
      if ((added & ~old & F_SEAL_WRITE) != 0 && hasWriters(inode)) {
        throw Errno.EBUSY.failure();
      }
      inode.seals(old | added);
    }
  }

  /**
   * Whether the seals of {@code inode} let it become {@code bytes} long.
   *
   * @throws ErrnoException EPERM if one forbids that it becomes shorter, or longer
   */
  public static void checkSize(Inode inode, long bytes) throws ErrnoException {
    int against = 0;
    if (bytes < inode.size()) {
      against = F_SEAL_SHRINK;
    } else if (bytes > inode.size()) {
      against = F_SEAL_GROW;
    }
    if ((inode.seals() & against) != 0) {
      throw Errno.EPERM.failure();
    }
  }

  /**
   * A memfd may be executed as long as it is not sealed so: then code that is there must not change
   * either.
   */
  private static int implied(int old, int seals) {
    return (seals & ~old & F_SEAL_EXEC) == 0
        ? 0
        : F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
  }

  private static boolean hasWriters(Inode inode) {
    AtomicBoolean found = new AtomicBoolean();
    inode
        .reverseMap()
        .walk(vma -> {
          if (vma.has(VmFlags.SHARED) && vma.has(VmFlags.MAYWRITE)) {
            found.set(true);
          }
        });
    return found.get();
  }
}
