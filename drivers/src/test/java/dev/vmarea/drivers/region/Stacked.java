// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.region;

import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.LegacyMmap;
import dev.vmarea.vma.OpenFile;

/** Files of a file system that is stacked on others, which still has the old hook. */
public final class Stacked {
  private static final FileSystem OVERLAY = new FileSystem("overlay", false, false);

  private Stacked() {}

  /**
   * A file that shows another one, which it maps.
   *
   * @param replaced whether the VMA is to hold the inner file
   */
  public static OpenFile over(OpenFile inner, boolean replaced) {
    LegacyMmap hook =
        (file, vma) -> {
          if (replaced) {
            vma.file(inner);
          }
          vma.mapThrough(inner);
        };
    Inode inode = new Inode(Inode.Type.REGULAR, OVERLAY);
    return new OpenFile(inode, new DirectoryEntry("/overlay"), inner.openFlags(), hook);
  }
}
