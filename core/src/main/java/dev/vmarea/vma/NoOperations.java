// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

/**
 * Callbacks without any method: what a mapping has whose hook gives none. It is not anonymous
 * memory, as only a VMA without callbacks is.
 */
public enum NoOperations implements VmOperations {
  INSTANCE
}
