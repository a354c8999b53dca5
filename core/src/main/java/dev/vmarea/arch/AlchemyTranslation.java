// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.arch;

/**
 * MIPS Alchemy: the PCI memory window lies above 4 GiB, where an unsigned long of 32 bits cannot
 * point. Drivers name it by addresses from 1 GiB on, and the translation moves a range that lies
 * wholly inside the window up to where it is (mm-semantics 6.4).
 */
final class AlchemyTranslation implements PfnTranslation {
  private static final int PAGE_SHIFT = 12;
  private static final long UNSIGNED_LONG = 0xffff_ffffL;
  private static final long WINDOW_FIRST = 0x4000_0000L;
  private static final long WINDOW_LAST = 0x4fff_ffffL;
  private static final long WINDOW_OFFSET = 0x4_0000_0000L;

  @Override
  public long translate(long pfn, long size) {
    // The shift is done in an unsigned long: what leaves its 32 bits is lost, so the rule that
    // physical addresses above 4 GiB stay as they are never comes to bear.
    long physical = (pfn << PAGE_SHIFT) & UNSIGNED_LONG;
    long last = physical + (size & UNSIGNED_LONG) - 1;
    if (physical >= WINDOW_FIRST && last <= WINDOW_LAST) {
      physical += WINDOW_OFFSET;
    }
    return physical >>> PAGE_SHIFT;
  }
}
