// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * What may be done with a page and how it is cached ({@code pgprot_t}): the flag bits of a
 * page-table entry, in the layout of x86-64 whatever the architecture (mm-semantics 1.5).
 *
 * @param bits a set of the constants of this class; no page frame number
 */
public record PageProtection(long bits) {
  /** The processor may use the entry. */
  public static final long PRESENT = 1L << 0;

  /** Writes are allowed. */
  public static final long WRITE = 1L << 1;

  /** User mode may use the page. */
  public static final long USER = 1L << 2;

  /** Cache bit: with neither of the others, write combining. */
  public static final long PWT = 1L << 3;

  /** Cache bit: with neither of the others, uncached-minus. */
  public static final long PCD = 1L << 4;

  /** The page was accessed. */
  public static final long ACCESSED = 1L << 5;

  /** The page was written to. */
  public static final long DIRTY = 1L << 6;

  /** Cache bit of page entries. The same bit of a huge entry is {@link #HUGE}. */
  public static final long PAT = 1L << 7;

  /** In an entry above the lowest level: this maps a huge page. */
  public static final long HUGE = 1L << 7;

  /** Survives a change of address space. */
  public static final long GLOBAL = 1L << 8;

  /** Without {@link #PRESENT}: a page that nobody may touch. The same bit as {@link #GLOBAL}. */
  public static final long PROTNONE = GLOBAL;

  /** Not an ordinary page: no reference is counted for the entry. */
  public static final long SPECIAL = 1L << 9;

  /** Write-protected for a userfaultfd. */
  public static final long UFFD_WP = 1L << 10;

  /** Changed since soft-dirty bits were cleared. */
  public static final long SOFT_DIRTY = 1L << 11;

  /** {@link #PAT} of a huge entry. */
  public static final long PAT_LARGE = 1L << 12;

  /** Memory encryption, at the place where AMD's processors have it. */
  public static final long ENCRYPTED = 1L << 47;

  /** {@link #DIRTY} of an entry that is read-only. */
  public static final long SAVED_DIRTY = 1L << 58;

  /** No instructions may be fetched. */
  public static final long NO_EXECUTE = 1L << 63;

  /** The bits that say the {@link CacheMode}. */
  public static final long CACHE_MASK = PWT | PCD | PAT;

  /** What {@link #modify} keeps. */
  public static final long KEPT_MASK =
      CACHE_MASK | ACCESSED | DIRTY | SPECIAL | UFFD_WP | SOFT_DIRTY | ENCRYPTED | SAVED_DIRTY;

  /** How pages are cached. */
  public CacheMode cacheMode() {
    return CacheMode.ofBits(bits);
  }

  /** The same with another cache mode. */
  public PageProtection withCacheMode(CacheMode mode) {
    return new PageProtection((bits & ~CACHE_MASK) | mode.bits());
  }

  /**
   * {@code pgprot_noncached}: adds the bits of uncached-minus. They are added, not put in place of
   * others, so write combining becomes uncached and write-through stays.
   */
  public PageProtection noncached() {
    return new PageProtection(bits | CacheMode.UNCACHED_MINUS.bits());
  }

  /** {@code pgprot_writecombine}. */
  public PageProtection writeCombine() {
    return withCacheMode(CacheMode.WRITE_COMBINING);
  }

  /** {@code pgprot_writethrough}. */
  public PageProtection writeThrough() {
    return withCacheMode(CacheMode.WRITE_THROUGH);
  }

  /**
   * {@code pgprot_modify}: who may do what from {@code wanted}; cache mode, encryption, special,
   * accessed and dirty bits from this. So the cache mode that a driver chose survives mprotect.
   */
  public PageProtection modify(PageProtection wanted) {
    return new PageProtection((bits & KEPT_MASK) | (wanted.bits & ~KEPT_MASK));
  }

  /** Whether the processor can use the page; false for one that nobody may touch. */
  public boolean isPresent() {
    return (bits & PRESENT) != 0;
  }

  /** Whether an entry with these bits holds a page: present, or one that nobody may touch. */
  public boolean isMapping() {
    return (bits & (PRESENT | PROTNONE)) != 0;
  }

  /** Whether the processor lets writes through. */
  public boolean isWritable() {
    return isPresent() && (bits & WRITE) != 0;
  }

  /** Whether the processor fetches instructions. */
  public boolean isExecutable() {
    return isPresent() && (bits & NO_EXECUTE) == 0;
  }

  /** For people: {@code rw- uncached-minus}, and {@code encrypted} where it is. */
  @Override
  public String toString() {
    return (isPresent() ? "r" : "-")
        + (isWritable() ? "w" : "-")
        + (isExecutable() ? "x " : "- ")
        + cacheMode()
        + ((bits & ENCRYPTED) != 0 ? " encrypted" : "");
  }
}
