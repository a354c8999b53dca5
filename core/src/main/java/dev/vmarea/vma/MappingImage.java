// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.ErrnoException;

/**
 * A driver whose mappings can be saved to a file and restored from it: its {@link FileOperations}
 * implement this too. Without it an address space in which the driver has callbacks, private data
 * or page frames of its own is not saved.
 *
 * <p>Called with the address space locked, as hooks are. What is saved must depend on the state
 * alone, so that the same state gives the same bytes. What is restored may come from a file that
 * somebody has tampered with: what makes no sense is an {@link IllegalArgumentException}.
 */
public interface MappingImage {
  /** Most bytes that one state may have. */
  int MAX_STATE = 1 << 16;

  /** The state of callbacks that VMAs of this driver have; several may have the same ones. */
  byte[] saveCallbacks(VmOperations callbacks);

  /**
   * Callbacks with that state. For each VMA that gets them {@link VmOperations#open} follows.
   *
   * @throws ErrnoException what the driver lacks, such as ENOMEM
   */
  VmOperations restoreCallbacks(byte[] state) throws ErrnoException;

  /**
   * The private data of VMAs of this driver; several may have the same.
   *
   * @throws IllegalArgumentException if it cannot be saved
   */
  default byte[] savePrivateData(Object data) {
    throw new IllegalArgumentException("private data of a driver: " + data.getClass().getName());
  }

  /**
   * Private data as it was saved.
   *
   * @throws ErrnoException what the driver lacks
   */
  default Object restorePrivateData(byte[] state) throws ErrnoException {
    throw new IllegalArgumentException("private data of a driver that has none");
  }

  /**
   * The restoration has failed: callbacks or private data that were made for it, and what they
   * still hold, are nobody's. VMAs that had them have been closed.
   */
  default void giveUp(Object restored) {}

  /**
   * What stands in a file for a page frame that this driver has mapped: the frame of a device is
   * the same on every machine, that of a page which the driver has allocated is not.
   *
   * @throws IllegalArgumentException if it is not the driver's
   */
  long saveFrame(long pfn);

  /**
   * The page frame that takes its place.
   *
   * @throws IllegalArgumentException if there is none
   */
  long restoreFrame(long saved);
}
