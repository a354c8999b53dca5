// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A page frame of RAM that is in use ({@code struct page}). Made by {@link
 * PhysicalMemory#allocatePage()} with one reference, which is its owner's; with the last one the
 * frame is free again. Thread-safe.
 */
public final class KernelPage {
  /** What a page is used for. */
  public enum Kind {
    /** Allocated by the kernel for itself or a driver. */
    KERNEL,
    /** Anonymous memory of a process. */
    ANONYMOUS,
    /** Cut up into small objects. */
    SLAB,
    /** The page of zeroes that everybody shares. */
    ZERO
  }

  private final PhysicalMemory memory;
  private final long pfn;
  private final Kind kind;
  private final AtomicInteger references = new AtomicInteger(1);

  KernelPage(PhysicalMemory memory, long pfn, Kind kind) {
    this.memory = memory;
    this.pfn = pfn;
    this.kind = kind;
  }

  /** Page frame number. */
  public long pfn() {
    return pfn;
  }

  /** What it is used for. */
  public Kind kind() {
    return kind;
  }

  /** References now; 0 once it was freed. */
  public int references() {
    return references.get();
  }

  /**
   * Takes one more reference.
   *
   * @throws IllegalStateException if the page is free
   */
  public void get() {
    references.updateAndGet(count -> count == 0 ? fail("taken") : count + 1);
  }

  /**
   * Drops a reference; with the last one the frame is freed.
   *
   * @throws IllegalStateException if the page is free
   */
  public void put() {
    int left = references.updateAndGet(count -> count == 0 ? fail("dropped") : count - 1);
    if (left == 0) {
      memory.release(this);
    }
  }

  /**
   * Whether a driver may map it for a process: not when it is free, anonymous, cut up, or the page
   * of zeroes (mm-semantics 3.7).
   */
  public boolean isMappable() {
    return kind == Kind.KERNEL && references() > 0;
  }

  boolean isOf(PhysicalMemory other) {
    return memory == other;
  }

  private int fail(String what) {
    throw new IllegalStateException("a reference is " + what + " of the free page " + this);
  }

  /** For messages: frame and kind. */
  @Override
  public String toString() {
    return "pfn " + Long.toHexString(pfn) + " " + kind;
  }
}
