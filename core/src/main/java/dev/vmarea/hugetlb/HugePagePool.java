// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.Pages;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The huge pages of a machine, by page size: how many there are, are free, are reserved, and are
 * there beyond what was asked for. Mapping reserves pages, faults take them ({@code struct
 * hstate}). Thread-safe.
 *
 * <p>Rules as observed on Linux 6.18, its defects included: see {@code docs/fidelity.md}.
 */
public final class HugePagePool implements PhysicalMemory.HugetlbOwner {
  /**
   * What /proc/meminfo tells of one page size, in huge pages.
   *
   * @param total HugePages_Total
   * @param free HugePages_Free: not in use; reserved ones are among them
   * @param reserved HugePages_Rsvd; may be below 0 for a while, as in Linux, after the owner of a
   *     page has unmapped it that a child still has
   * @param surplus HugePages_Surp: those of {@code total} beyond what was asked for
   */
  public record Counts(long total, long free, long reserved, long surplus) {}

  private final PhysicalMemory memory;
  private final Map<Long, PagesOfSize> sizes = new HashMap<>();

  /** Pages in use, by their first frame. */
  private final Map<Long, PagesOfSize> used = new HashMap<>();

  /** Those of them with which a reservation comes back when they are freed. */
  private final Set<Long> restoring = new HashSet<>();

  /** No huge pages yet, of {@code memory}; only one pool may be made of it. */
  public HugePagePool(PhysicalMemory memory) {
    this.memory = memory;
    memory.hugetlbOwner(this);
  }

  /** The memory that the pages are of. */
  PhysicalMemory memory() {
    return memory;
  }

  private PagesOfSize of(long pageSize) {
    return sizes.computeIfAbsent(pageSize, bytes -> new PagesOfSize(memory, Pages.count(bytes)));
  }

  /**
   * Asks for so many pages (vm.nr_hugepages). Fewer are got where memory has no room; pages that
   * are in use or reserved stay, as surplus.
   *
   * @param pageSize bytes
   * @return the total now
   */
  public synchronized long setTotal(long pageSize, long pages) {
    PagesOfSize size = of(pageSize);
    size.resize(pages);
    return size.counts().total();
  }

  /**
   * Assumes so many pages without taking memory for them, which each page does when it is first
   * used: for logs of machines whose pool is not known.
   *
   * @param pageSize bytes
   */
  public synchronized void assume(long pageSize, long pages) {
    of(pageSize).assume(pages);
  }

  /** Whether pages of this size are only assumed to exist. */
  public synchronized boolean isAssumed(long pageSize) {
    return of(pageSize).isAssumed();
  }

  /**
   * How many pages may be had beyond those asked for (vm.nr_overcommit_hugepages).
   *
   * @param pageSize bytes
   */
  public synchronized void overcommit(long pageSize, long pages) {
    of(pageSize).overcommit(pages);
  }

  /** How many pages of {@code pageSize} bytes there are now. */
  public synchronized Counts counts(long pageSize) {
    return of(pageSize).counts();
  }

  /**
   * Reserves pages.
   *
   * @return whether there are so many, surplus ones made for it included
   */
  synchronized boolean reserve(long pageSize, long pages) {
    return of(pageSize).reserve(pages);
  }

  /** Gives reservations back; surplus pages go with them. */
  synchronized void unreserve(long pageSize, long pages) {
    of(pageSize).unreserve(pages);
  }

  /**
   * A page for use, zeroed, with one reference.
   *
   * @param reserved whether it takes a reservation
   * @return its first frame, or -1 if there is none
   */
  synchronized long allocate(long pageSize, boolean reserved, KernelPage.Kind kind) {
    PagesOfSize size = of(pageSize);
    long pfn = size.take(reserved);
    if (pfn >= 0) {
      used.put(pfn, size);
      memory.useFromPool(pfn, Pages.count(pageSize), kind);
    }
    return pfn;
  }

  /** The page in use at {@code pfn} gives a reservation back with it when it is freed. */
  synchronized void restoreAtFree(long pfn) {
    restoring.add(pfn);
  }

  @Override
  public synchronized void freed(long pfn) {
    PagesOfSize size = used.remove(pfn);
    if (size == null) {
      throw new IllegalStateException("no huge page: pfn " + Long.toHexString(pfn));
    }
    memory.endUseFromPool(pfn, size.frames());
    size.give(pfn, restoring.remove(pfn));
  }
}
