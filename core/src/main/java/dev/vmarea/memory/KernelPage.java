// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import java.lang.foreign.MemorySegment;

/**
 * A page frame of RAM that is in use ({@code struct page}). Made by {@link
 * PhysicalMemory#allocatePage()} with one reference, which is its owner's; with the last one the
 * frame is free again. A view: two of the same frame are equal. Thread-safe.
 *
 * @param memory where the frame is
 * @param pfn page frame number
 */
public record KernelPage(PhysicalMemory memory, long pfn) {
  /** What a page is used for. */
  public enum Kind {
    /** Allocated by the kernel for itself or a driver. */
    KERNEL,
    /** Anonymous memory of a process. */
    ANONYMOUS,
    /** Contents of a file. */
    FILE,
    /** Cut up into small objects. */
    SLAB,
    /** The page of zeroes that everybody shares, also that of huge size. */
    ZERO,
    /** Part of a huge page of hugetlb that holds contents of a file. */
    HUGETLB_FILE,
    /** Part of a huge page of hugetlb that is private to a process. */
    HUGETLB_ANONYMOUS;

    private static final Kind[] ALL = values();

    /** Whether it is part of a huge page of hugetlb, whose first frame has all its references. */
    public boolean isHugetlb() {
      return this == HUGETLB_FILE || this == HUGETLB_ANONYMOUS;
    }

    static Kind of(int ordinal) {
      return ALL[ordinal];
    }
  }

  /** What is known of a page's contents beyond its use ({@code folio->flags}). */
  public enum Mark {
    /** Written since it was last the same as on disk: PG_dirty. Entries have a bit of their own. */
    DIRTY,
    /** Used through an entry that is gone by now, or by a read of the file: PG_referenced. */
    REFERENCED,
    /** Moved on from referenced by a second use: PG_active. */
    ACTIVE,
    /** Anonymous, and free to be lost (MADV_FREE): not PG_swapbacked. */
    LAZY_FREE,
    /**
     * Locked once, though no locked memory maps it any more (mm-semantics, trap 35):
     * PG_unevictable. Pages of locked memory need no mark.
     */
    UNEVICTABLE,
    /**
     * Anonymous, and shared by a fork; it may be one process's alone by now, which shows at the
     * next write: not PageAnonExclusive.
     */
    FORKED,
    /**
     * Taken out of the kernel's own mapping of all memory: only whoever maps it can see it
     * (secretmem).
     */
    NOT_IN_DIRECT_MAP;

    private int bit() {
      return 1 << ordinal();
    }
  }

  /** Whether it carries this mark. */
  public boolean is(Mark mark) {
    return memory.frames().isMarked(pfn, mark.bit());
  }

  /** Puts a mark on it. */
  public void mark(Mark mark) {
    memory.frames().mark(pfn, mark.bit());
  }

  /** Takes a mark off it. */
  public void unmark(Mark mark) {
    memory.frames().unmark(pfn, mark.bit());
  }

  /**
   * It was used ({@code folio_mark_accessed}): the first time it becomes referenced; the second
   * time active, and no longer referenced; then referenced for good.
   */
  public void used() {
    if (!is(Mark.REFERENCED)) {
      mark(Mark.REFERENCED);
    } else if (!is(Mark.ACTIVE)) {
      mark(Mark.ACTIVE);
      unmark(Mark.REFERENCED);
    }
  }

  /**
   * Entries of page tables that map it, in all address spaces ({@code _mapcount}): references less
   * those of pins and the one of the page cache, or of the driver that has allocated the page. 1 at
   * least, for those who ask because of an entry.
   */
  public int mapCount() {
    Kind kind = kind();
    int holders = kind == Kind.ANONYMOUS || kind == Kind.HUGETLB_ANONYMOUS ? 0 : 1;
    return Math.max(1, references() - memory.frames().pins(pfn) - holders);
  }

  /** What it is used for. */
  public Kind kind() {
    return memory.frames().kind(pfn);
  }

  /** References now; 0 once it was freed. */
  public int references() {
    return memory.frames().references(pfn);
  }

  /**
   * Takes one more reference.
   *
   * @throws IllegalStateException if the page is free
   */
  public void get() {
    memory.frames().add(pfn, 1);
  }

  /**
   * Drops a reference; with the last one the frame is freed.
   *
   * @throws IllegalStateException if the page is free
   */
  public void put() {
    memory.put(pfn);
  }

  /**
   * Pins it: a reference for whoever works on its contents for long, whatever becomes of its
   * mappings (FOLL_PIN). Only an anonymous page of one owner, or one of a file.
   *
   * @throws IllegalStateException if the page is free
   */
  public void pin() {
    memory.frames().add(pfn, FrameTable.PIN);
  }

  /**
   * Takes a pin away; with the last reference the frame is freed.
   *
   * @throws IllegalStateException if the page is free
   */
  public void unpin() {
    memory.unpin(pfn);
  }

  /** Whether it is pinned: then an anonymous page cannot be shared with a child. */
  public boolean isPinned() {
    return memory.frames().pins(pfn) > 0;
  }

  /**
   * Whether one reference is left beside those of pins. An anonymous page of which that one is an
   * entry's belongs to that entry's process alone and can be written in place (PageAnonExclusive).
   */
  public boolean isExclusive() {
    return isExclusiveBut(0);
  }

  /** The same for one who holds {@code own} references besides. */
  public boolean isExclusiveBut(int own) {
    return memory.frames().unpinnedReferences(pfn) == 1 + own;
  }

  /** Its bytes, as many as a page has, whoever may see them. */
  public MemorySegment contents() {
    return memory.frames().contents(pfn);
  }

  /**
   * Its bytes by the kernel's own mapping of all memory, as calls reach them that copy for a
   * process.
   *
   * @throws ErrnoException EINVAL if they are not in there, as of files that cannot be read or
   *     written by calls
   */
  public MemorySegment directlyMapped() throws ErrnoException {
    if (is(Mark.NOT_IN_DIRECT_MAP)) {
      throw Errno.EINVAL.failure();
    }
    return contents();
  }

  /**
   * Whether a driver may map it for a process: not when it is free, anonymous, cut up, or the page
   * of zeroes (mm-semantics 3.7).
   */
  public boolean isMappable() {
    return references() > 0 && (kind() == Kind.KERNEL || kind() == Kind.FILE);
  }

  /** For messages: frame and kind. */
  @Override
  public String toString() {
    return "pfn " + Long.toHexString(pfn) + (references() > 0 ? " " + kind() : " free");
  }
}
