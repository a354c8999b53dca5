// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.arch;

/**
 * 32-bit SPARC: the upper 4 bits of a frame number name an I/O space, which becomes bits 32 and
 * above of the physical address (mm-semantics 6.4). The rest is shifted as a 64-bit number, so a
 * frame above 4 GiB inside the space is mixed into the same bits, not lost.
 */
final class Sparc32Translation implements PfnTranslation {
  private static final int PAGE_SHIFT = 12;
  private static final int SPACE_SHIFT = 28;
  private static final long OFFSET_MASK = (1L << SPACE_SHIFT) - 1;
  private static final long UNSIGNED_LONG = 0xffff_ffffL;

  @Override
  public long translate(long pfn, long size) {
    long word = pfn & UNSIGNED_LONG;
    long offset = (word & OFFSET_MASK) << PAGE_SHIFT;
    long space = word >>> SPACE_SHIFT;
    return ((offset | space << 32) >>> PAGE_SHIFT) & UNSIGNED_LONG;
  }
}
