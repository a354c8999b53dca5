// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mem;

import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Which page frames {@code /dev/mem} may show ({@code range_is_allowed} on x86). Without strictness
 * all; else neither RAM nor what a driver has claimed for itself, but for the first MiB, which old
 * programs need: its RAM reads as zeroes, and maps as anything. Thread-safe.
 */
final class IomemClaims {
  private final PhysicalMemory memory;
  private final boolean strict;
  private final List<PfnRange> claimed;

  IomemClaims(PhysicalMemory memory, boolean strict, List<PfnRange> claimed) {
    this.memory = memory;
    this.strict = strict;
    this.claimed = new CopyOnWriteArrayList<>(claimed);
  }

  /** Whether every one of {@code pages} frames may be shown. */
  boolean isAllowed(long pfn, long pages) {
    long from = Math.max(pfn, PhysicalMemory.ISA_END);
    long end = pfn + pages;
    if (!strict || from >= end) {
      return true;
    }
    return !memory.touchesRam(from, end - from)
        && claimed.stream().noneMatch(range -> range.start() < end && from < range.end());
  }

  /** A driver claims frames. Who has asked before may still be mapping them. */
  void claim(PfnRange range) {
    claimed.add(range);
  }
}
