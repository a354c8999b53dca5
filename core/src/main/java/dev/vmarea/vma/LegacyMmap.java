// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.ErrnoException;

/** Files that are mapped through the old hook ({@code file_operations.mmap}). */
public interface LegacyMmap extends FileOperations {
  /**
   * Makes a mapping of {@code vma}, which nobody else can see yet. Not called when the range merged
   * with a neighbour. After it nothing can fail any more.
   *
   * @throws ErrnoException the error that mmap returns; what the hook put into the page tables is
   *     taken out again, its callbacks are not called
   */
  void legacyMmap(OpenFile file, LegacyVma vma) throws ErrnoException;
}
