// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.PageProtection;

/**
 * How an entry is written: the flag bits of {@link PageProtection} and the page frame number at
 * bits 12 to 51, whatever the size of a page. As in Linux, bits of a frame number that find no room
 * are lost; where memory is encrypted its bit takes one of them. 0 maps nothing. Immutable.
 */
public final class EntryFormat {
  /** Where the page frame number begins. */
  static final int PFN_SHIFT = 12;

  /**
   * The entry of a guard marker ({@link GuardMarkers}): special, since no page belongs to it, and
   * neither present nor what a page that nobody may touch has.
   */
  static final long GUARD = PageProtection.SPECIAL;

  /** In a huge entry: it can be cut up into entries of pages. A bit that processors ignore. */
  static final long TRANSPARENT = 1L << 57;

  private static final long PFN_BITS = (1L << 52) - (1L << PFN_SHIFT);

  private final long pfnMask;

  /** The format on this architecture. */
  public EntryFormat(Architecture architecture) {
    pfnMask = PFN_BITS & ~architecture.encryptionBit();
  }

  /** The bits that hold the page frame number of a page entry. */
  long pfnMask() {
    return pfnMask;
  }

  /** An entry of a table at {@code level}: 0 for a page, 1 and above for a huge one. */
  public long encode(int level, long pfn, PageProtection protection, boolean special) {
    long bits = protection.bits() | (special ? PageProtection.SPECIAL : 0);
    if (level > 0) {
      bits = huge(bits);
    }
    return ((pfn << PFN_SHIFT) & pfnMask) | bits;
  }

  /** Flag bits of a page as those of a huge page: the cache bit moves out of HUGE's way. */
  private static long huge(long bits) {
    long moved = (bits & PageProtection.PAT) != 0 ? PageProtection.PAT_LARGE : 0;
    return (bits & ~PageProtection.PAT) | moved | PageProtection.HUGE;
  }

  /** Page frame number of an entry at this level. */
  public long pfn(int level, long entry) {
    long mask = level > 0 ? pfnMask & ~PageProtection.PAT_LARGE : pfnMask;
    return (entry & mask) >>> PFN_SHIFT;
  }

  /** Flag bits of an entry at this level, as those of a page, without SPECIAL and HUGE. */
  public PageProtection protection(int level, long entry) {
    long bits = entry & ~pfnMask & ~PageProtection.SPECIAL;
    if (level > 0) {
      boolean moved = (entry & PageProtection.PAT_LARGE) != 0;
      bits = (bits & ~PageProtection.HUGE & ~TRANSPARENT) | (moved ? PageProtection.PAT : 0);
    }
    return new PageProtection(bits);
  }

  /**
   * Whether a huge entry is of anonymous memory: a transparent huge page, or if special the huge
   * page of zeroes.
   */
  public static boolean isTransparent(long entry) {
    return (entry & TRANSPARENT) != 0;
  }

  /** Whether no page reference belongs to the entry. */
  public static boolean isSpecial(long entry) {
    return (entry & PageProtection.SPECIAL) != 0;
  }

  /** Whether the entry is a guard marker: it maps nothing, and no access succeeds. */
  public static boolean isGuard(long entry) {
    return entry == GUARD;
  }

  /** Whether the entry maps something; a guard marker does not. */
  public static boolean isMapping(long entry) {
    return (entry & (PageProtection.PRESENT | PageProtection.PROTNONE)) != 0;
  }
}
