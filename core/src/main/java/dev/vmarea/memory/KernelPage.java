// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

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

  /** Its bytes, as many as a page has. */
  public MemorySegment contents() {
    return memory.frames().contents(pfn);
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
