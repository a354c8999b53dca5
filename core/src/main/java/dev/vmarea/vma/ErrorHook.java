// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Errno;
import org.jspecify.annotations.Nullable;

/** Called when the action of a new mapping has failed ({@code error_hook}, v3 to 7.1). */
@FunctionalInterface
public interface ErrorHook {
  /**
   * The mapping is gone again.
   *
   * @return the error that mmap returns: {@code error} or another; null would clear it, which a
   *     hook may not
   */
  @Nullable Errno failed(Errno error);
}
