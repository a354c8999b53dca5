// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.VmFlags;
import dev.vmarea.space.MemoryUsage;
import dev.vmarea.trace.evidence.MapFlags;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.replay.TouchSummary.Difference;
import dev.vmarea.trace.replay.TouchSummary.Reason;
import dev.vmarea.vma.Vma;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Compares the pages of final maps and counts how it went. */
final class UsageComparison {
  // Bits that smaps does not print, or that change by themselves.
  private static final long INVISIBLE = VmFlags.PKEY_MASK | VmFlags.SOFTDIRTY;

  private final TouchReplay touches;
  private final boolean alwaysHuge;
  private final Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
  private final List<Difference> differences = new ArrayList<>();
  private long areas;
  private long equalRss;
  private long rssKnown;
  private long equalAnonymous;
  private long equalFlags;
  private boolean lost;

  UsageComparison(TouchReplay touches, boolean alwaysHuge) {
    this.touches = touches;
    this.alwaysHuge = alwaysHuge;
  }

  /** The recorder lost faults. */
  void faultsWereLost() {
    lost = true;
  }

  /** Compares one area of {@code process} as it is now with what the kernel showed. */
  void compare(TracedProcess process, MapsEntry entry, MapFlags shown) {
    if (!process.memory.isKnown() || entry.vsyscall()) {
      return;
    }
    Vma vma = process.memory.space().lookup(entry.start());
    if (vma == null || vma.start() != entry.start() || vma.end() != entry.end()) {
      return; // the maps differ, and are reported as such
    }
    areas++;
    equalFlags += MapImage.flags(shown.vmFlags()) == (vma.flags() & ~INVISIBLE) ? 1 : 0;
    MemoryUsage usage = process.memory.space().usage(vma);
    long rss = usage.rss() >>> 10;
    long anonymous = usage.anonymous() >>> 10;
    boolean known = shown.residentKilobytes() >= 0;
    boolean sameRss = !known || shown.residentKilobytes() == rss;
    boolean sameAnonymous = shown.anonymousKilobytes() == anonymous;
    rssKnown += known ? 1 : 0;
    equalRss += known && sameRss ? 1 : 0;
    equalAnonymous += sameAnonymous ? 1 : 0;
    if (!sameRss || !sameAnonymous) {
      Reason reason = reason(vma, shown, anonymous);
      reasons.merge(reason, 1L, Long::sum);
      if (differences.size() < TouchSummary.MOST_DIFFERENCES) {
        differences.add(
            new Difference(
                process.pid,
                new String(entry.toBytes(), StandardCharsets.ISO_8859_1),
                shown.residentKilobytes(),
                rss,
                shown.anonymousKilobytes(),
                anonymous,
                reason));
      }
    }
  }

  private Reason reason(Vma vma, MapFlags shown, long anonymous) {
    if (vma.file() == null && vma.ops() != null) {
      return Reason.KERNEL_PAGES;
    }
    if (touches.touches() == 0) {
      return Reason.NO_FAULTS;
    }
    if (shown.anonymousKilobytes() == anonymous) {
      return Reason.FILE_IN_MEMORY;
    }
    if (vma.has(VmFlags.HUGEPAGE) || alwaysHuge && !vma.has(VmFlags.NOHUGEPAGE)) {
      return Reason.HUGE_PAGES;
    }
    if (shown.anonymousKilobytes() < anonymous) {
      return Reason.GONE;
    }
    return lost ? Reason.LOST : Reason.WITHOUT_FAULT;
  }

  TouchSummary summary() {
    return new TouchSummary(
        touches.touches(),
        touches.failed(),
        areas,
        equalRss,
        rssKnown,
        equalAnonymous,
        equalFlags,
        reasons,
        differences);
  }
}
