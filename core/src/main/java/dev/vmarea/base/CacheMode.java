// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import java.util.Locale;

/**
 * How a page may be cached, with the bits that say so in a page-table entry of 4 KiB pages when the
 * page attribute table is fully used (mm-semantics 1.5). In Linux's order.
 */
public enum CacheMode {
  /** Reads and writes are cached. */
  WRITE_BACK(0),
  /** Not cached; writes are gathered into bursts. */
  WRITE_COMBINING(PageProtection.PWT),
  /** Not cached, unless a range register of the processor asks for write combining. */
  UNCACHED_MINUS(PageProtection.PCD),
  /** Not cached, whatever else says. */
  UNCACHED(PageProtection.PCD | PageProtection.PWT),
  /** Reads are cached, writes go to memory at once. */
  WRITE_THROUGH(PageProtection.PAT | PageProtection.PCD | PageProtection.PWT),
  /** Reads are cached, writes go to memory and drop the line. */
  WRITE_PROTECTED(PageProtection.PAT | PageProtection.PWT);

  private final long bits;

  CacheMode(long bits) {
    this.bits = bits;
  }

  /**
   * The set of {@link PageProtection#PWT}, {@link PageProtection#PCD}, {@link PageProtection#PAT}.
   */
  public long bits() {
    return bits;
  }

  /**
   * The mode behind the cache bits of {@code bits}; others do not count. The two patterns that no
   * mode uses read as their hardware twins: PAT alone as write-back, PAT and PCD as uncached-minus.
   */
  public static CacheMode ofBits(long bits) {
    boolean pwt = (bits & PageProtection.PWT) != 0;
    boolean pat = (bits & PageProtection.PAT) != 0;
    if ((bits & PageProtection.PCD) == 0) {
      if (!pwt) {
        return WRITE_BACK;
      }
      return pat ? WRITE_PROTECTED : WRITE_COMBINING;
    }
    if (!pwt) {
      return UNCACHED_MINUS;
    }
    return pat ? WRITE_THROUGH : UNCACHED;
  }

  /** For people: {@code uncached-minus} and the like. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
