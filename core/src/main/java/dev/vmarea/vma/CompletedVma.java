// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import org.jspecify.annotations.Nullable;

/**
 * A new VMA in the hands of a success hook: to be read, and with the two changes that hooks of that
 * time made by casting const away (hugetlbfs its lock, {@code /dev/zero} its callbacks).
 */
public interface CompletedVma {
  /** The VMA now. */
  Vma vma();

  /** Replaces what the driver keeps with it. */
  void privateData(@Nullable Object data);

  /** Makes it anonymous memory that keeps its file. */
  void setAnonymous();
}
