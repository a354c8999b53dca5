// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.space.MemoryUsage;
import dev.vmarea.space.MemoryUsage.Pss;
import java.util.function.ToLongFunction;

/** The lines of smaps that count pages, with what the model says of each. */
enum SmapsCounter {
  RSS("Rss", MemoryUsage::rss),
  PSS("Pss", usage -> Pss.bytes(usage.pss().total())),
  PSS_DIRTY("Pss_Dirty", usage -> Pss.bytes(usage.pss().dirty())),
  SHARED_CLEAN("Shared_Clean", MemoryUsage::sharedClean),
  SHARED_DIRTY("Shared_Dirty", MemoryUsage::sharedDirty),
  PRIVATE_CLEAN("Private_Clean", MemoryUsage::privateClean),
  PRIVATE_DIRTY("Private_Dirty", MemoryUsage::privateDirty),
  REFERENCED("Referenced", MemoryUsage::referenced),
  ANONYMOUS("Anonymous", MemoryUsage::anonymous),
  KSM("KSM", usage -> 0),
  LAZY_FREE("LazyFree", MemoryUsage::lazyFree),
  ANON_HUGE_PAGES("AnonHugePages", usage -> usage.huge().anonymous()),
  SHMEM_PMD_MAPPED("ShmemPmdMapped", usage -> usage.huge().shmem()),
  FILE_PMD_MAPPED("FilePmdMapped", usage -> usage.huge().file()),
  SHARED_HUGETLB("Shared_Hugetlb", usage -> usage.huge().sharedHugetlb()),
  PRIVATE_HUGETLB("Private_Hugetlb", usage -> usage.huge().privateHugetlb()),
  SWAP("Swap", usage -> 0),
  SWAP_PSS("SwapPss", usage -> 0),
  LOCKED("Locked", usage -> Pss.bytes(usage.pss().locked()));

  private static final SmapsCounter[] ALL = values();

  private final String label;
  private final ToLongFunction<MemoryUsage> bytes;

  SmapsCounter(final String label, final ToLongFunction<MemoryUsage> bytes) {
    this.label = label;
    this.bytes = bytes;
  }

  /** As smaps calls it. */
  String label() {
    return label;
  }

  /** What the model has, in kilobytes. */
  long kilobytes(final MemoryUsage usage) {
    return bytes.applyAsLong(usage) >>> 10;
  }

  /** Which one a line of smaps with this label is, or -1. */
  static int ordinal(final String label) {
    for (final SmapsCounter counter : ALL) {
      if (counter.label.equals(label)) {
        return counter.ordinal();
      }
    }
    return -1;
  }
}
