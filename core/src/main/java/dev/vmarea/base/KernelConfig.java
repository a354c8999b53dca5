// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import java.util.List;

/**
 * How one kernel is configured, as far as it bears on mappings; which kernel's rules apply is the
 * {@link Profile}. Read from the host by the recorder and kept with every recording.
 *
 * @param taskSize end of the user address space in bytes (47 bits less a page with 4-level tables)
 * @param dacMinAddr vm.mmap_min_addr in bytes; mapping below it needs CAP_SYS_RAWIO
 * @param minAddr lowest address that hints, searches and stack growth use, in bytes
 * @param stackGuardPages pages kept free below a growing-down mapping
 * @param maxMapCount vm.max_map_count
 * @param overcommitMode vm.overcommit_memory: 0, 1 or 2
 * @param commitLimitPages what mode 2 compares with, in pages
 * @param adminReservePages vm.admin_reserve_kbytes as pages
 * @param userReservePages vm.user_reserve_kbytes as pages
 * @param totalRamPages RAM in pages
 * @param totalSwapPages swap in pages
 * @param hugePageSizes sizes of hugetlb pages in bytes
 * @param defaultHugePageSize the one used without a size code
 * @param ksm whether KSM is built in
 * @param thp whether transparent huge pages are built in
 * @param shmemThp whether tmpfs and shared anonymous memory use huge pages
 * @param anonNames whether anonymous VMA names are built in
 * @param pkeys whether protection keys exist
 * @param softDirty whether soft-dirty tracking is built in
 * @param swap whether swap support is built in
 * @param numaNodes number of NUMA nodes
 * @param cpus number of possible CPUs (bears on the size of AIO rings)
 * @param randomize kernel.randomize_va_space
 * @param faultAroundBytes what a read fault of a file looks at for pages that are in memory, in
 *     bytes, a power of two; a page for none
 */
public record KernelConfig(
    long taskSize,
    long dacMinAddr,
    long minAddr,
    int stackGuardPages,
    int maxMapCount,
    int overcommitMode,
    long commitLimitPages,
    long adminReservePages,
    long userReservePages,
    long totalRamPages,
    long totalSwapPages,
    List<Long> hugePageSizes,
    long defaultHugePageSize,
    boolean ksm,
    boolean thp,
    boolean shmemThp,
    boolean anonNames,
    boolean pkeys,
    boolean softDirty,
    boolean swap,
    int numaNodes,
    int cpus,
    int randomize,
    long faultAroundBytes) {

  /** End of the user address space with 4-level page tables. */
  public static final long TASK_SIZE_47 = 0x7ffffffff000L;

  /** Bytes that a transparent huge page covers. */
  public static final long THP_SIZE = 2L << 20;

  /** Keeps its own copy of the list. */
  public KernelConfig {
    hugePageSizes = List.copyOf(hugePageSizes);
  }

  /** A common x86-64 machine: 4-level tables, 16 GiB, no swap, overcommit 0. */
  public static KernelConfig standard() {
    long ram = (16L << 30) >> Pages.SHIFT;
    return new KernelConfig(
        TASK_SIZE_47,
        4096,
        65536,
        256,
        65530,
        0,
        ram / 2,
        2048,
        32768,
        ram,
        0,
        List.of(2L << 20, 1L << 30),
        2L << 20,
        true,
        true,
        false,
        false,
        false,
        false,
        true,
        1,
        2,
        2,
        64 << 10);
  }

  /** The same with another vm.max_map_count. */
  public KernelConfig withMaxMapCount(int count) {
    return with(taskSize, count, overcommitMode, commitLimitPages, totalRamPages, totalSwapPages);
  }

  /** The same with another overcommit mode and its limit in pages. */
  public KernelConfig withOvercommit(int mode, long limitPages) {
    return with(taskSize, maxMapCount, mode, limitPages, totalRamPages, totalSwapPages);
  }

  /** The same with another range that a read fault of a file looks at, in bytes, a power of two. */
  public KernelConfig withFaultAround(long bytes) {
    return with(
        taskSize,
        maxMapCount,
        overcommitMode,
        commitLimitPages,
        totalRamPages,
        totalSwapPages,
        bytes);
  }

  /** The same with another end of the user address space, in bytes, page aligned. */
  public KernelConfig withTaskSize(long bytes) {
    return with(
        bytes, maxMapCount, overcommitMode, commitLimitPages, totalRamPages, totalSwapPages);
  }

  /** The same with other amounts of RAM and swap in pages. */
  public KernelConfig withMemory(long ramPages, long swapPages) {
    return with(taskSize, maxMapCount, overcommitMode, commitLimitPages, ramPages, swapPages);
  }

  private KernelConfig with(
      long end, int mapCount, int commitMode, long commitLimit, long ramPages, long swapPages) {
    return with(end, mapCount, commitMode, commitLimit, ramPages, swapPages, faultAroundBytes);
  }

  /** The same with other values of what changes on a running machine. */
  private KernelConfig with(
      long end,
      int mapCount,
      int commitMode,
      long commitLimit,
      long ramPages,
      long swapPages,
      long around) {
    return new KernelConfig(
        end,
        dacMinAddr,
        minAddr,
        stackGuardPages,
        mapCount,
        commitMode,
        commitLimit,
        adminReservePages,
        userReservePages,
        ramPages,
        swapPages,
        hugePageSizes,
        defaultHugePageSize,
        ksm,
        thp,
        shmemThp,
        anonNames,
        pkeys,
        softDirty,
        swap,
        numaNodes,
        cpus,
        randomize,
        around);
  }

  /**
   * The size of huge pages, in bytes, that flags of mmap, memfd_create or shmget ask for: they have
   * its logarithm at {@link MapFlags#HUGE_SHIFT}, or 0 for the default. -1 if there are none of
   * that size.
   */
  public long hugePageSize(int flags) {
    int code = flags >>> MapFlags.HUGE_SHIFT & MapFlags.HUGE_MASK;
    long size = code == 0 ? defaultHugePageSize : 1L << code;
    return hugePageSizes.contains(size) ? size : -1;
  }
}
