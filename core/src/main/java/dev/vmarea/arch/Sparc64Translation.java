// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.arch;

/**
 * 64-bit SPARC with pages of 8 KiB: the upper 4 bits of a frame number name an I/O space, which
 * becomes bits 32 to 35 of the physical address (mm-semantics 6.4).
 */
final class Sparc64Translation implements PfnTranslation {
  static final int PAGE_SHIFT = 13;
  private static final int SPACE_SHIFT = 60;
  private static final long OFFSET_MASK = (1L << SPACE_SHIFT) - 1;

  @Override
  public long translate(long pfn, long size) {
    long offset = (pfn & OFFSET_MASK) << PAGE_SHIFT;
    long space = pfn >>> SPACE_SHIFT;
    return (offset | space << 32) >>> PAGE_SHIFT;
  }
}
