// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.shmem;

import dev.vmarea.vma.VmOperations;

/**
 * The two tables of callbacks, which differ in nothing but which one it is: faults are answered
 * from the page cache, and pages around are mapped, too.
 */
public enum ShmemOperations implements VmOperations {
  /** Of a file that has a name ({@code shmem_vm_ops}). */
  NAMED,
  /** Of one that has none: it marks shared anonymous memory ({@code shmem_anon_vm_ops}). */
  ANONYMOUS
}
