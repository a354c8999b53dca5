// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.Pages;
import dev.vmarea.files.FileSeals;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.files.SecretMapping;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls on the open files of the model's processes: what they do to files, and what is refused. */
final class ModelFiles {

  private final List<OpenFile> files;
  private final boolean contents;

  ModelFiles(List<OpenFile> files, boolean contents) {
    this.files = List.copyOf(files);
    this.contents = contents;
  }

  /** The file with this number, or null if it is closed. */
  @Nullable OpenFile file(long number) {
    return number < 0 || number >= files.size() ? null : files.get((int) number);
  }

  /** Whether one of them is an open of {@code inode}. */
  boolean has(Inode inode) {
    return files.stream().anyMatch(known -> known.inode() == inode);
  }

  /** Whether one of them is an open of {@code inode} that is mapped in this way. */
  boolean has(Inode inode, Class<? extends FileOperations> kind) {
    return files.stream()
        .anyMatch(known -> known.inode() == inode && kind.isInstance(known.operations()));
  }

  private OpenFile open(long number) throws ErrnoException {
    OpenFile file = file(number);
    if (file == null || file.isPathOnly()) {
      throw Errno.EBADF.failure();
    }
    return file;
  }

  void truncate(long number, long bytes) throws ErrnoException {
    OpenFile file = open(number);
    Inode inode = file.inode();
    if (inode.type() != Inode.Type.REGULAR || !file.isWritable()) {
      throw Errno.EINVAL.failure();
    }
    FileOperations operations = file.operations();
    long huge = operations == null ? 0 : operations.hugePageSize();
    if (huge != 0 && (bytes & huge - 1) != 0) {
      throw Errno.EINVAL.failure();
    }
    FileSeals.checkSize(inode, bytes);
    if (contents) {
      file.truncate(bytes);
    } else {
      inode.size(bytes);
    }
  }

  /** Returns how many bytes were written. */
  long pwrite(long number, long offset, byte[] bytes, PhysicalMemory memory) throws ErrnoException {
    OpenFile file = open(number);
    if (!file.isWritable()) {
      throw Errno.EBADF.failure();
    }
    Inode inode = file.inode();
    if (inode.type() != Inode.Type.REGULAR) {
      return bytes.length; // /dev/zero takes everything
    }
    if (file.operations() instanceof SecretMapping) {
      throw Errno.ESPIPE.failure(); // it has no position
    }
    if (file.operations() instanceof HugetlbFile) {
      throw Errno.EINVAL.failure();
    }
    try {
      file.write(memory, offset, bytes);
      return bytes.length;
    } catch (ErrnoException refused) {
      if (refused.errno() == Errno.ENOMEM) {
        throw new IllegalStateException("the model has no frames left", refused);
      }
      throw refused;
    }
  }

  /** Of whole small pages. */
  void punchHole(long number, long offset, long length) throws ErrnoException {
    OpenFile file = open(number);
    if (offset < 0 || length <= 0) {
      throw Errno.EINVAL.failure();
    }
    if (!file.isWritable()) {
      throw Errno.EBADF.failure();
    }
    Inode inode = file.inode();
    if (inode.type() != Inode.Type.REGULAR) {
      throw Errno.ENODEV.failure();
    }
    FileOperations operations = file.operations();
    if (operations == null) {
      throw Errno.EOPNOTSUPP.failure();
    }
    Errno refused = operations.punchHole(file);
    if (refused != null) {
      throw refused.failure();
    }
    if (contents) {
      inode.punchHole(Pages.count(offset), Pages.count(offset + length));
    }
  }

  void addSeals(long number, long seals) throws ErrnoException {
    FileSeals.add(open(number), (int) seals);
  }
}
