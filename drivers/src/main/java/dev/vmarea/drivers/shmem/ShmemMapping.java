// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.drivers.EitherHook;
import dev.vmarea.files.TmpfsOperations;
import dev.vmarea.vma.HookedArea;

/** How an open file of tmpfs is mapped: by either hook the same, and it cannot fail. */
abstract sealed class ShmemMapping implements EitherHook, TmpfsOperations {
  private final ShmemNode node;

  private ShmemMapping(ShmemNode node) {
    this.node = node;
  }

  /** The old hook, which is not called where a range merges. */
  static final class Legacy extends ShmemMapping implements EitherHook.Old {
    Legacy(ShmemNode node) {
      super(node);
    }
  }

  /** The port. */
  static final class Port extends ShmemMapping implements EitherHook.New {
    Port(ShmemNode node) {
      super(node);
    }
  }

  /**
   * The file counts as used; callbacks go by its link count now. Nothing orders that with unlink:
   * either table is right for a mapping made meanwhile.
   */
  @Override
  public final void map(HookedArea area) {
    node.accessed();
    area.vmOps(node.inode().links() == 0 ? ShmemOperations.ANONYMOUS : ShmemOperations.NAMED);
  }
}
