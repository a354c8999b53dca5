// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Profile;
import dev.vmarea.base.ThpPolicy;
import dev.vmarea.memory.PhysicalMemory;
import dev.vmarea.pagetable.PfnTracking;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** What all address spaces of a machine share. Thread-safe. */
public final class Kernel {
  private final Profile profile;
  private final Architecture architecture;
  private final PhysicalMemory memory;
  private final PfnTracking pfnTracking;
  private final CommitAccounting commit = new CommitAccounting();
  private final AtomicLong asyncIoRequests = new AtomicLong();
  private volatile KernelConfig config;
  private volatile ThpPolicy thp = ThpPolicy.NEVER;
  private volatile FailurePlan failures = FailurePlan.NONE;
  private volatile Consumer<? super KernelWarning> warnings = warning -> {};
  private volatile long highestMappablePfn = Long.MAX_VALUE;
  private volatile boolean filling = true;

  /** A kernel configured so on x86-64, with the rules of {@code profile}. */
  public Kernel(KernelConfig config, Profile profile) {
    this(config, profile, Architecture.X86_64);
  }

  /**
   * A kernel for {@code architecture}.
   *
   * @throws IllegalArgumentException unless its pages have 4 KiB: address spaces are counted in
   *     such pages here
   */
  public Kernel(KernelConfig config, Profile profile, Architecture architecture) {
    if (architecture.pageSize() != Pages.SIZE) {
      throw new IllegalArgumentException(
          architecture.name()
              + " has pages of "
              + architecture.pageSize()
              + " bytes; address spaces here have pages of "
              + Pages.SIZE);
    }
    this.config = config;
    this.profile = profile;
    this.architecture = architecture;
    this.memory = PhysicalMemory.standard(config.totalRamPages());
    this.pfnTracking =
        new PfnTracking(
            memory,
            () -> fails(FailurePlan.Point.PFN_RESERVE),
            () -> fails(FailurePlan.Point.PFN_CONTEXT));
  }

  /** Configuration now. */
  public KernelConfig config() {
    return config;
  }

  /** Changes the configuration, as writing a sysctl does. */
  public void config(KernelConfig newConfig) {
    config = newConfig;
  }

  /** Which anonymous memory gets transparent huge pages; none unless set. */
  public ThpPolicy thp() {
    return thp;
  }

  /** Replaces that policy, as writing to /sys/kernel/mm/transparent_hugepage does. */
  public void thp(ThpPolicy policy) {
    thp = policy;
  }

  /** Which kernel's rules apply. */
  public Profile profile() {
    return profile;
  }

  /** What the processor's page tables are like. */
  public Architecture architecture() {
    return architecture;
  }

  /** What physical addresses are: memory or not. */
  public PhysicalMemory memory() {
    return memory;
  }

  /** Which page frames are reserved, with which cache mode. */
  public PfnTracking pfnTracking() {
    return pfnTracking;
  }

  /** The machine-wide commit charge. */
  public CommitAccounting commit() {
    return commit;
  }

  /** What all contexts of asynchronous I/O count for (fs.aio-nr). */
  public AtomicLong asyncIoRequests() {
    return asyncIoRequests;
  }

  /**
   * Whether calls put pages into memory that they fill or write to, as Linux does: MAP_POPULATE,
   * mlock, MADV_POPULATE_READ and their kin, mincore. If not, address spaces have only their shape,
   * as a replay needs that follows large programs without their contents: then such a call does to
   * areas what it does, and assumes that every page can be had that the shape does not deny.
   */
  public boolean isFilling() {
    return filling;
  }

  /** Sets {@link #isFilling}, true at first; for a machine before its use. */
  public void filling(boolean value) {
    filling = value;
  }

  /** Decides which steps fail from now on. */
  public void failures(FailurePlan plan) {
    failures = plan;
  }

  /** Whether this occurrence of {@code point} is to fail. */
  public boolean fails(FailurePlan.Point point) {
    FailurePlan plan = failures;
    return plan != FailurePlan.NONE && plan.fails(point);
  }

  /** Who is told from now on what Linux would write to its log. */
  public void warnings(Consumer<? super KernelWarning> listener) {
    warnings = listener;
  }

  /** Tells what Linux would write to its log. */
  public void warn(KernelWarning.Kind kind, String text) {
    warnings.accept(new KernelWarning(kind, text));
  }

  /**
   * The highest page frame that is not memory and may be mapped without access, on a processor with
   * the L1TF flaw; without the flaw all may.
   */
  public long highestMappablePfn() {
    return highestMappablePfn;
  }

  /**
   * Whether page frames [pfn, pfn + pages) may be mapped so by {@code task}: what a processor with
   * the L1TF flaw could leak, frames beyond its limit that are not memory, is not mapped without
   * access, but for CAP_SYS_ADMIN.
   */
  public boolean mayMap(Task task, long pfn, long pages, PageProtection protection) {
    long from = Math.max(pfn, highestMappablePfn + 1);
    long end = pfn + pages;
    return protection.isPresent()
        || highestMappablePfn == Long.MAX_VALUE
        || from >= end
        || memory.isAllRam(from, end - from)
        || task.capable(Task.CAP_SYS_ADMIN);
  }

  /** Gives the processor the L1TF flaw, with this limit. */
  public void highestMappablePfn(long pfn) {
    highestMappablePfn = pfn;
  }
}
