// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.arch;

/**
 * Which page frame an I/O remap really maps. All that an architecture may say about it: the number
 * and the size go in, the address does not (mm-semantics 6.4).
 */
@FunctionalInterface
interface PfnTranslation {
  /** Maps the frame that was asked for. */
  PfnTranslation SAME_FRAME = (pfn, size) -> pfn;

  /** Maps the frame that was asked for, in an unsigned long of 32 bits. */
  PfnTranslation SAME_FRAME_32 = (pfn, size) -> pfn & 0xffff_ffffL;

  /**
   * The frame to map.
   *
   * @param pfn page frame number that the driver gave
   * @param size bytes of the range
   */
  long translate(long pfn, long size);
}
