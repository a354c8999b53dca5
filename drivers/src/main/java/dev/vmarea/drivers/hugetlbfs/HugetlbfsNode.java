// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.hugetlbfs;

import dev.vmarea.drivers.tree.TreeFile;
import dev.vmarea.files.FileSeals;
import dev.vmarea.files.HugetlbFile;
import dev.vmarea.hugetlb.HugetlbMount;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.Inode;

/** A file of hugetlbfs: its pages and reservations go with it. */
final class HugetlbfsNode extends TreeFile {
  private final HugetlbMount mount;
  private final FileOperations operations;

  HugetlbfsNode(HugetlbMount mount, FileOperations operations) {
    super(new Inode(Inode.Type.REGULAR, HugetlbFile.fileSystem()));
    this.mount = mount;
    this.operations = operations;
    inode().seals(FileSeals.F_SEAL_SEAL);
  }

  @Override
  public FileOperations operations() {
    return operations;
  }

  @Override
  protected void evict() {
    mount.pages(inode()).evict();
  }
}
