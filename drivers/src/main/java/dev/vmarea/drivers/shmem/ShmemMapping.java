// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.files.TmpfsOperations;
import dev.vmarea.vma.HookedArea;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.LegacyVma;
import dev.vmarea.vma.MmapPrepare;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.VmaDescriptor;

/** How an open file of tmpfs is mapped: by either hook the same, and it cannot fail. */
abstract sealed class ShmemMapping implements TmpfsOperations {
  private final ShmemNode node;

  private ShmemMapping(ShmemNode node) {
    this.node = node;
  }

  /** The old hook, which is not called where a range merges. */
  static final class Legacy extends ShmemMapping implements LegacyMmap {
    Legacy(ShmemNode node) {
      super(node);
    }

    @Override
    public void legacyMmap(OpenFile file, LegacyVma vma) {
      map(vma);
    }
  }

  /** The port. */
  static final class Port extends ShmemMapping implements MmapPrepare {
    Port(ShmemNode node) {
      super(node);
    }

    @Override
    public void mmapPrepare(VmaDescriptor descriptor) {
      map(descriptor);
    }
  }

  /**
   * The file counts as used; callbacks go by its link count now. Nothing orders that with unlink:
   * either table is right for a mapping made meanwhile.
   */
  final void map(HookedArea area) {
    node.accessed();
    area.vmOps(node.inode().links() == 0 ? ShmemOperations.ANONYMOUS : ShmemOperations.NAMED);
  }
}
