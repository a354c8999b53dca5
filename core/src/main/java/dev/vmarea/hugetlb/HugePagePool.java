// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.Pages;
import dev.vmarea.memory.KernelPage;
import dev.vmarea.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

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

  /**
   * A page that somebody has.
   *
   * @param mount through which it was taken
   * @param charged whether the mount's control group is charged for it as long as it is in use
   */
  private record InUse(PagesOfSize size, HugetlbMount mount, boolean charged) {}

  /** What is in use of a mount, for checks. */
  record Usage(long pages, long charged, long restoring) {}

  private final PhysicalMemory memory;
  private final FailurePlan failures;
  private final BiConsumer<KernelWarning.Kind, String> warnings;
  private final Map<Long, PagesOfSize> sizes = new HashMap<>();
  private final Map<Long, HugetlbMount> internalMounts = new HashMap<>();
  private final List<HugetlbMount> mounts = new ArrayList<>();

  /** Pages in use, by their first frame. */
  private final Map<Long, InUse> used = new HashMap<>();

  /** Those of them with which a reservation comes back when they are freed. */
  private final Set<Long> restoring = new HashSet<>();

  /** No huge pages yet, of {@code memory}; only one pool may be made of it. */
  public HugePagePool(PhysicalMemory memory) {
    this(memory, FailurePlan.NONE, (kind, text) -> {});
  }

  /**
   * The same for a kernel.
   *
   * @param failures decides which allocations of what maps huge pages fail
   * @param warnings is told what Linux would write to its log
   */
  public HugePagePool(
      PhysicalMemory memory,
      FailurePlan failures,
      BiConsumer<KernelWarning.Kind, String> warnings) {
    this.memory = memory;
    this.failures = failures;
    this.warnings = warnings;
    memory.hugetlbOwner(this);
  }

  boolean fails(FailurePlan.Point point) {
    return failures.fails(point);
  }

  void warn(KernelWarning.Kind kind, String text) {
    warnings.accept(kind, text);
  }

  /**
   * The kernel's own mount for pages of this size, which has the files of memfd_create and
   * MAP_HUGETLB; without limits.
   *
   * @param pageSize bytes
   */
  public synchronized HugetlbMount internalMount(long pageSize) {
    return internalMounts.computeIfAbsent(pageSize, size -> HugetlbMount.internal(this, size));
  }

  synchronized void mounted(HugetlbMount mount) {
    mounts.add(mount);
  }

  synchronized void unmounted(HugetlbMount mount) {
    mounts.remove(mount);
  }

  /** All mounts there are, a copy. */
  synchronized List<HugetlbMount> mounts() {
    return List.copyOf(mounts);
  }

  /** The memory that the pages are of. */
  PhysicalMemory memory() {
    return memory;
  }

  private PagesOfSize of(long pageSize) {
    return sizes.computeIfAbsent(pageSize, bytes -> new PagesOfSize(memory, Pages.count(bytes)));
  }

  /**
   * Checks the pool ({@link #verifyPages}), and adds up who has reserved what through each of its
   * mounts: VMAs, files, the minimum of a mount (H2, H3, H4, H7). Nobody may be in a call
   * meanwhile.
   *
   * <p>Holds as long as all reservations are known. Linux loses some: of a VMA of which only a part
   * has moved. What a hook has leaked shows as a difference.
   *
   * @throws IllegalStateException naming the first sum that is wrong
   */
  public void verify() {
    HugetlbAudit.verify(this);
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

  /**
   * So many pages are reserved for nobody, and stay so, from now on: as on a machine whose kernel
   * has lost reservations by a defect. There should be as many free pages.
   *
   * @param pageSize bytes
   */
  public synchronized void lose(long pageSize, long pages) {
    of(pageSize).lost(pages);
  }

  /** How many are reserved for nobody. */
  synchronized long lost(long pageSize) {
    return of(pageSize).lost();
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
   * A page for use by {@code mount}, zeroed, with one reference.
   *
   * @param reserved whether it takes a reservation
   * @param charged whether the mount's group was charged for it
   * @return its first frame, or -1 if there is none
   */
  synchronized long allocate(
      HugetlbMount mount, boolean reserved, boolean charged, KernelPage.Kind kind) {
    PagesOfSize size = of(mount.pageSize());
    long pfn = size.take(reserved);
    if (pfn >= 0) {
      used.put(pfn, new InUse(size, mount, charged));
      memory.useFromPool(pfn, size.frames(), kind);
    }
    return pfn;
  }

  /** The group is no longer charged for the page in use at {@code pfn}. */
  synchronized void uncharged(long pfn) {
    used.computeIfPresent(pfn, (key, page) -> new InUse(page.size, page.mount, false));
  }

  /** The page in use at {@code pfn} gives a reservation back with it when it is freed. */
  synchronized void restoreAtFree(long pfn) {
    restoring.add(pfn);
  }

  @Override
  public synchronized void freed(long pfn) {
    InUse page = used.remove(pfn);
    if (page == null) {
      throw new IllegalStateException("no huge page: pfn " + Long.toHexString(pfn));
    }
    memory.endUseFromPool(pfn, page.size.frames());
    boolean restores = page.mount.freed(restoring.remove(pfn), page.charged);
    page.size.give(pfn, restores);
  }

  /** What is in use of {@code mount}. */
  synchronized Usage usage(HugetlbMount mount) {
    long pages = 0;
    long charged = 0;
    long back = 0;
    for (Map.Entry<Long, InUse> each : used.entrySet()) {
      if (each.getValue().mount == mount) {
        pages++;
        charged += each.getValue().charged ? 1 : 0;
        back += restoring.contains(each.getKey()) ? 1 : 0;
      }
    }
    return new Usage(pages, charged, back);
  }

  /**
   * Checks that each page is free or in use, and that what is reserved is free (H6). The latter
   * only where there are no surplus pages: with them, Linux gives a page away that comes back to be
   * reserved again, if a child has had it for so long that there is a surplus now.
   *
   * @throws IllegalStateException naming the size that is wrong
   */
  public synchronized void verifyPages() {
    Map<PagesOfSize, Long> inUse = new HashMap<>();
    used.values().forEach(page -> inUse.merge(page.size, 1L, Long::sum));
    sizes.forEach((bytes, size) -> {
      String wrong = size.wrong(inUse.getOrDefault(size, 0L));
      if (wrong != null) {
        throw new IllegalStateException("pages of " + bytes + " bytes: " + wrong);
      }
    });
  }
}
