// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.vma.VmOperations;

/**
 * Callbacks without any method: what a mapping has whose hook sets none. It is not anonymous
 * memory, as only a VMA without callbacks is.
 */
enum NoOperations implements VmOperations {
  INSTANCE
}
