// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.pagetable;

import dev.vmarea.base.CacheMode;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.PageProtection;
import dev.vmarea.memory.PfnRange;
import dev.vmarea.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two mappings of the same frames from being cached in two ways (mm-semantics 6.3: x86 with a
 * page attribute table, Linux 6.18). One for the whole machine; thread-safe.
 *
 * <p>Frames that are not RAM and are remapped over a whole area are reserved with a cache mode.
 * Later reservations that overlap get the mode of what is there. RAM is not reserved: its pages
 * have a mode of their own, here always write-back. Below 1 MiB nothing counts as RAM, and the hole
 * for old devices (640 KiB to 1 MiB) is not tracked but always write-back.
 *
 * <p>A wish for write-back is granted where the range registers of the processor say so for the
 * whole range: where RAM is, and where {@link #addWriteBackRange} adds to it.
 */
public final class PfnTracking {
  private final PhysicalMemory memory;
  private final BooleanSupplier reserveFails;
  private final BooleanSupplier contextFails;

  /** By first frame; of those with the same one, the oldest first. */
  private final List<TrackedRange> ranges = new ArrayList<>();

  private final List<PfnRange> writeBack = new ArrayList<>();
  private boolean patEnabled = true;

  /**
   * Tracking without reservations.
   *
   * @param reserveFails asked before each reservation of a range; true fails it
   * @param contextFails asked before what an area holds is allocated; true fails it
   */
  public PfnTracking(
      PhysicalMemory memory, BooleanSupplier reserveFails, BooleanSupplier contextFails) {
    this.memory = memory;
    this.reserveFails = reserveFails;
    this.contextFails = contextFails;
  }

  /** Whether the page attribute table is in use; without it every wish is granted untracked. */
  public synchronized void setPatEnabled(boolean enabled) {
    patEnabled = enabled;
  }

  /** The range registers call these frames write-back, too. */
  public synchronized void addWriteBackRange(PfnRange range) {
    writeBack.add(range);
  }

  /**
   * For a remap over a whole area: settles the cache mode of the frames.
   *
   * @param pfn first page frame number
   * @param pages number of frames, positive
   * @param wanted protection with the cache mode that is wished for
   * @return with the protection to map with
   * @throws ErrnoException EINVAL if the frames are reserved with modes that do not fit, or the
   *     reservation fails; ENOMEM if there is no memory for the result, the range then being free
   *     again
   */
  public PfnReservation reserve(long pfn, long pages, PageProtection wanted) throws ErrnoException {
    CacheMode wish = wanted.cacheMode();
    TrackedRange range;
    boolean tracked;
    synchronized (this) {
      CacheMode untracked = untracked(pfn, pages, wish);
      tracked = untracked == null;
      range = new TrackedRange(pfn, pages, tracked ? settle(pfn, pages, wish) : untracked);
      if (tracked) {
        ranges.add(indexAfter(pfn), range);
      }
    }
    if (contextFails.getAsBoolean()) {
      if (tracked) {
        remove(range);
      }
      throw Errno.ENOMEM.failure();
    }
    PageProtection granted = range.mode() == wish ? wanted : wanted.withCacheMode(range.mode());
    return new PfnReservation(this, range, tracked, granted);
  }

  /** The mode of a range that is not tracked, or null if it is to be. */
  private @Nullable CacheMode untracked(long pfn, long pages, CacheMode wish) {
    if (!patEnabled) {
      return wish;
    }
    if (touchesRam(pfn, pages)) {
      return pageMode(pfn);
    }
    return isOldDevice(pfn, pages) ? CacheMode.WRITE_BACK : null;
  }

  /** The mode that a new reservation gets. */
  private CacheMode settle(long pfn, long pages, CacheMode wish) throws ErrnoException {
    if (reserveFails.getAsBoolean()) {
      throw Errno.EINVAL.failure();
    }
    CacheMode mode = wish;
    if (wish == CacheMode.WRITE_BACK && !isWriteBack(pfn, pages)) {
      mode = CacheMode.UNCACHED_MINUS;
    }
    TrackedRange first = null;
    for (TrackedRange each : ranges) {
      if (each.pfn() >= pfn + pages) {
        break;
      }
      if (each.end() > pfn) {
        first = first == null ? each : first;
        if (each.mode() != first.mode()) {
          throw Errno.EINVAL.failure();
        }
      }
    }
    mode = first == null ? mode : first.mode();
    if (!isAcceptable(wish, mode)) {
      throw Errno.EINVAL.failure();
    }
    return mode;
  }

  /** Whether who wished for one mode can live with another. */
  private static boolean isAcceptable(CacheMode wish, CacheMode mode) {
    return switch (wish) {
      case UNCACHED_MINUS, WRITE_COMBINING -> mode != CacheMode.WRITE_BACK;
      case WRITE_THROUGH -> mode != CacheMode.WRITE_BACK && mode != CacheMode.WRITE_COMBINING;
      case WRITE_BACK, UNCACHED, WRITE_PROTECTED -> true;
    };
  }

  /**
   * For a remap over a part of an area, which reserves nothing: the protection with the mode that
   * the frames have.
   *
   * @param pfn first page frame number
   * @param pages number of frames, positive
   * @throws ErrnoException EINVAL if they differ in it
   */
  public synchronized PageProtection partialProtection(long pfn, long pages, PageProtection wanted)
      throws ErrnoException {
    if (!patEnabled) {
      return wanted;
    }
    CacheMode mode = frameMode(pfn);
    for (long at = pfn + 1; at < pfn + pages; at++) {
      if (frameMode(at) != mode) {
        throw Errno.EINVAL.failure();
      }
    }
    return wanted.withCacheMode(mode);
  }

  private CacheMode frameMode(long pfn) {
    if (touchesRam(pfn, 1) || isOldDevice(pfn, 1)) {
      return CacheMode.WRITE_BACK;
    }
    for (TrackedRange each : ranges) {
      if (each.pfn() <= pfn && each.end() > pfn) {
        return each.mode();
      }
    }
    return CacheMode.UNCACHED_MINUS;
  }

  /** The mode of the first page of a range that touches RAM. */
  private CacheMode pageMode(long pfn) {
    return frameMode(pfn);
  }

  private boolean touchesRam(long pfn, long pages) {
    long from = Math.max(pfn, PhysicalMemory.ISA_END);
    return from < pfn + pages && memory.touchesRam(from, pfn + pages - from);
  }

  private static boolean isOldDevice(long pfn, long pages) {
    return pfn >= PhysicalMemory.ISA_START && pfn + pages <= PhysicalMemory.ISA_END;
  }

  private boolean isWriteBack(long pfn, long pages) {
    if (memory.isAllRam(pfn, pages)) {
      return true;
    }
    return writeBack.stream().anyMatch(range -> range.start() <= pfn && pfn + pages <= range.end());
  }

  private int indexAfter(long pfn) {
    int index = ranges.size();
    while (index > 0 && ranges.get(index - 1).pfn() > pfn) {
      index--;
    }
    return index;
  }

  /** The last holder is gone. */
  synchronized void remove(TrackedRange range) {
    if (!ranges.remove(range)) {
      throw new IllegalStateException("not reserved: " + range);
    }
  }

  /** All reservations, by first frame. */
  public synchronized List<TrackedRange> reservations() {
    return List.copyOf(ranges);
  }

  /**
   * Checks that the list is in order and that ranges which overlap have one mode.
   *
   * @throws IllegalStateException naming what is broken
   */
  public synchronized void verify() {
    for (int i = 0; i < ranges.size(); i++) {
      TrackedRange range = ranges.get(i);
      if (i > 0 && ranges.get(i - 1).pfn() > range.pfn()) {
        throw new IllegalStateException("PfnTracking: order at " + range);
      }
      for (TrackedRange later : ranges.subList(i + 1, ranges.size())) {
        if (later.pfn() < range.end() && later.mode() != range.mode()) {
          throw new IllegalStateException("PfnTracking: " + range + " and " + later);
        }
      }
    }
  }
}
