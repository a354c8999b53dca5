// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.ErrnoException;

/**
 * Called once the action of a new mapping has succeeded ({@code success_hook}, v3 to 7.1; then came
 * {@link VmOperations#mapped}).
 */
@FunctionalInterface
public interface SuccessHook {
  /**
   * The mapping exists.
   *
   * @param vma the VMA as it is; being immutable, it cannot be scribbled on. What kernels of that
   *     time let a hook change all the same goes through the methods of {@link CompletedVma}
   * @throws ErrnoException the error that mmap returns
   */
  void completed(CompletedVma vma) throws ErrnoException;
}
