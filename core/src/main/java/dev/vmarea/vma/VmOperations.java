// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks of a VMA ({@code vm_operations_struct}). A VMA without any is anonymous.
 *
 * <p>Called by the address space's writer, with its lock held.
 */
public interface VmOperations {
  /** Whether there is a {@code close} callback: such a VMA is never deleted by a merge. */
  default boolean hasClose() {
    return false;
  }

  /**
   * Whether the memory is taken out of the kernel's own mappings (memfd_secret): it is always
   * locked, and nothing may be faulted in on behalf of others.
   */
  default boolean isSecret() {
    return false;
  }

  /**
   * A mapping made a new VMA with these operations; not told of merges, splits, forks and moves.
   */
  default void mapped(Vma vma) {}

  /** A VMA with these operations was duplicated: split, fork or move. */
  default void open(Vma vma) {}

  /** A VMA with these operations goes away. */
  default void close(Vma vma) {}

  /**
   * Whether {@code vma} may be cut at {@code address} (bytes, page aligned, strictly inside).
   *
   * @return null if it may, else the error
   */
  default @Nullable Errno maySplit(Vma vma, long address) {
    return null;
  }

  /**
   * Told that {@code moved} is the VMA at its new place.
   *
   * @return null, or the error that undoes the move
   */
  default @Nullable Errno mremap(Vma moved) {
    return null;
  }

  /** The name that maps shows for a VMA without file, such as "[vdso]", or null. */
  default @Nullable String name(Vma vma) {
    return null;
  }
}
