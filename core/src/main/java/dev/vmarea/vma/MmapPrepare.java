// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.ErrnoException;

/** Files that are mapped through the hook of today ({@code file_operations.mmap_prepare}). */
public interface MmapPrepare extends FileOperations {
  /**
   * Asked what the mapping should be, before a VMA exists and before merging is decided. Must have
   * no side effect: nothing undoes it when a later step fails, and nothing tells it when the range
   * merges instead. What is counted per VMA belongs into {@link VmOperations#mapped}.
   *
   * <p>Called with the address space locked: a memory call from inside would wait for itself, and
   * is refused with an {@link IllegalStateException}. The descriptor is only the hook's own until
   * it returns.
   *
   * @throws ErrnoException the error that mmap returns; old mappings in the range are gone by then
   */
  void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException;
}
