// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.hugetlb;

import dev.vmarea.memory.PhysicalMemory;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The huge pages of one size of a {@link HugePagePool}, whose lock guards it. */
final class PagesOfSize {
  private final PhysicalMemory memory;
  private final long frames;

  /** First frames of free pages; fewer than are free where pages are only assumed. */
  private final ArrayDeque<Long> freeFrames = new ArrayDeque<>();

  private boolean assumed;
  private long total;
  private long free;
  private long reserved;
  private long surplus;
  private long overcommit;
  private long lost;

  PagesOfSize(PhysicalMemory memory, long frames) {
    this.memory = memory;
    this.frames = frames;
  }

  /** Frames of a page. */
  long frames() {
    return frames;
  }

  HugePagePool.Counts counts() {
    return new HugePagePool.Counts(total, free, reserved, surplus);
  }

  boolean isAssumed() {
    return assumed;
  }

  void assume(long pages) {
    assumed = true;
    free += pages - total;
    total = pages;
  }

  void overcommit(long pages) {
    overcommit = pages;
  }

  /** So many are asked for: surplus ones count as such first, what is free goes, the rest stays. */
  void resize(long wanted) {
    dropAssumed();
    while (surplus > 0 && wanted > total - surplus) {
      surplus--;
    }
    while (wanted > total - surplus && addFree()) {
      total++;
    }
    long kept = Math.max(wanted, reserved + total - free);
    while (kept < total - surplus && removeFree()) {
      total--;
    }
    surplus += Math.max(0, total - surplus - wanted);
  }

  private void dropAssumed() {
    if (assumed) {
      long unbacked = free - freeFrames.size();
      assumed = false;
      free -= unbacked;
      total -= unbacked;
    }
  }

  private boolean addFree() {
    long pfn = memory.takeForPool(frames);
    if (pfn < 0) {
      return false;
    }
    freeFrames.add(pfn);
    free++;
    return true;
  }

  private boolean removeFree() {
    if (free <= 0) {
      return false;
    }
    free--;
    Long pfn = freeFrames.poll();
    if (pfn != null) {
      memory.giveFromPool(pfn, frames);
    }
    return true;
  }

  private boolean addSurplus() {
    if (surplus >= overcommit || !addFree()) {
      return false;
    }
    surplus++;
    total++;
    return true;
  }

  /** How many reservations nobody holds nor gives back, among those there are. */
  long lost() {
    return lost;
  }

  /** Sets how many those are. */
  void lost(long pages) {
    reserved += pages - lost;
    lost = pages;
  }

  boolean reserve(long pages) {
    long made = 0;
    while (reserved + pages - free > 0) {
      if (!addSurplus()) {
        removeSurplus(made);
        return false;
      }
      made++;
    }
    reserved += pages;
    // Fewer are reserved than none where a child has what its parent has given back. Linux then
    // still asks for as many free pages as are to be reserved now, for the sake of control groups.
    if (pages > free) {
      unreserve(pages);
      return false;
    }
    return true;
  }

  void unreserve(long pages) {
    reserved -= pages;
    removeSurplus(Math.min(pages, surplus));
  }

  private void removeSurplus(long pages) {
    for (long i = 0; i < pages && removeFree(); i++) {
      surplus--;
      total--;
    }
  }

  /**
   * Takes a page: of those reserved, or of what is free beyond them.
   *
   * @return its first frame, or -1
   */
  long take(boolean fromReserved) {
    boolean available = free > 0 && (fromReserved || free != reserved);
    if (!available && !addSurplus()) {
      return -1;
    }
    Long pfn = freeFrames.poll();
    long first = pfn != null ? pfn : memory.takeForPool(frames);
    if (first < 0) {
      return -1; // assumed, but memory has no room
    }
    free--;
    if (fromReserved) {
      reserved--;
    }
    return first;
  }

  /** A page comes back from use: surplus ones leave the pool. */
  void give(long pfn, boolean restores) {
    if (restores) {
      reserved++;
    }
    freeFrames.add(pfn);
    free++;
    removeSurplus(Math.min(1, surplus));
  }

  /**
   * What is wrong with the counters, or null.
   *
   * @param inUse pages that somebody has
   */
  @Nullable String wrong(long inUse) {
    if (free < 0 || free + inUse != total) {
      return counts() + " with " + inUse + " in use";
    }
    if (!assumed && freeFrames.size() != free) {
      return counts() + " with frames for " + freeFrames.size() + " free ones";
    }
    if (overcommit == 0 && surplus == 0 && reserved > free) {
      return counts() + ": more is reserved than can be had";
    }
    return null;
  }
}
