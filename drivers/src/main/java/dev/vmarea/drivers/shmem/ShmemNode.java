// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.drivers.Invariant;
import dev.vmarea.drivers.Variant;
import dev.vmarea.drivers.tree.TreeFile;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;

/** A file of tmpfs, or a memfd ({@code struct shmem_inode_info}). */
final class ShmemNode extends TreeFile {
  private static final FileSystem TMPFS = new FileSystem("tmpfs", false, false);
  private static final int F_SEAL_SEAL = 1;

  private final FileOperations operations;

  ShmemNode(Variant variant, ShmemBlocks blocks) {
    super(new Inode(Inode.Type.REGULAR, TMPFS));
    inode().pageCache().operations(blocks);
    inode().seals(F_SEAL_SEAL);
    operations = variant.isLegacy() ? new ShmemMapping.Legacy(this) : new ShmemMapping.Port(this);
  }

  @Override
  public FileOperations operations() {
    return operations;
  }

  /** Checks that its mappings have one of the two tables. */
  void verify() {
    long others = Invariant.vmas(inode(), vma -> !(vma.ops() instanceof ShmemOperations));
    Invariant.equal("mappings of tmpfs with other callbacks", others, 0);
  }
}
