// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.tree.FileTree;
import dev.vmarea.drivers.tree.TreeFile;
import dev.vmarea.files.FileSeals;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.files.Mount;
import dev.vmarea.files.ShmemFile;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.OpenFile;

/** Names for the core's files: a tmpfs, or a hugetlbfs. */
final class CoreFolder implements Mount {
  private final FileTree<File> tree;

  private CoreFolder(FileTree.Creation<File> creation) {
    tree = FileTree.writable(creation);
  }

  static CoreFolder tmpfs() {
    return new CoreFolder(() -> new File(ShmemFile.INTERNAL_MOUNT, ShmemFile.INSTANCE));
  }

  static CoreFolder hugetlbfs(HugetlbMount mount) {
    FileOperations operations = new HugetlbFile(mount);
    return new CoreFolder(() ->
        new File(HugetlbFile.fileSystem(), operations) {
          @Override
          protected void evict() {
            mount.pages(inode()).evict();
          }
        });
  }

  @Override
  public OpenFile open(String path, int flags) throws ErrnoException {
    return tree.open(path, flags);
  }

  @Override
  public void unlink(String path) throws ErrnoException {
    tree.unlink(path);
  }

  /** Whether there is such a file. */
  boolean has(String path) {
    try {
      tree.find(path);
      return true;
    } catch (ErrnoException none) {
      return false;
    }
  }

  void verify() {
    tree.verify();
  }

  void close() {
    tree.close();
  }

  private static class File extends TreeFile {
    private final FileOperations operations;

    File(dev.vmarea.vma.FileSystem fileSystem, FileOperations operations) {
      super(new Inode(Inode.Type.REGULAR, fileSystem));
      this.operations = operations;
      inode().seals(FileSeals.F_SEAL_SEAL);
    }

    @Override
    public FileOperations operations() {
      return operations;
    }
  }
}
