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
 * page attribute table, Linux 6.18). One for the whole machine; thread-safe. Counts in page frames.
 *
 * <p>Frames that are not RAM and are remapped over a whole area are reserved with a cache mode.
 * Reservations that overlap have one mode: a later one gets that of the earlier, or fails. RAM is
 * not reserved: each of its pages has a mode of its own, which here is always write-back. Below 1
 * MiB nothing counts as RAM, and the hole for old devices (640 KiB to 1 MiB) is not tracked but
 * always write-back.
 *
 * <p>A wish for write-back is granted where the range registers of the processor say so for the
 * whole range: where RAM is, and where {@link #addWriteBackRange} says so. Elsewhere it becomes
 * uncached-minus.
 */
public final class PfnTracking {
  private final PhysicalMemory memory;
  private final BooleanSupplier reserveFails;
  private final BooleanSupplier contextFails;
  private final ReservedRanges reserved = new ReservedRanges();
  private final List<PfnRange> writeBack = new ArrayList<>();
  private boolean patEnabled = true;

  /**
   * Tracking without reservations.
   *
   * @param reserveFails asked before each reservation of a range; true fails it with EINVAL
   * @param contextFails asked before what an area holds is allocated; true fails it with ENOMEM
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
   * For a remap over a whole area: settles the cache mode of the frames. That the area holds no
   * reservation yet is for the caller to check (EINVAL).
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
    checkFrames(pfn, pages);
    CacheMode wish = wanted.cacheMode();
    TrackedRange range;
    boolean tracked;
    synchronized (this) {
      CacheMode mode = modeOfUntracked(pfn, pages, wish);
      tracked = mode == null;
      if (mode == null) {
        mode = settle(pfn, pages, wish);
      }
      range = new TrackedRange(pfn, pages, mode);
      if (tracked) {
        reserved.add(range);
      }
    }
    if (contextFails.getAsBoolean()) {
      if (tracked) {
        remove(range);
      }
      throw Errno.ENOMEM.failure();
    }
    // Kept as it was if nothing changes: two patterns of cache bits may mean the same mode.
    PageProtection granted = range.mode() == wish ? wanted : wanted.withCacheMode(range.mode());
    return new PfnReservation(this, range, tracked, granted);
  }

  /** The mode that a range gets that is not tracked, or null if it is to be. */
  private @Nullable CacheMode modeOfUntracked(long pfn, long pages, CacheMode wish) {
    if (!patEnabled) {
      return wish;
    }
    if (touchesRam(pfn, pages)) {
      return mode(pfn);
    }
    return isOldDevice(pfn, pages) ? CacheMode.WRITE_BACK : null;
  }

  /** The mode that a reservation gets. */
  private CacheMode settle(long pfn, long pages, CacheMode wish) throws ErrnoException {
    if (reserveFails.getAsBoolean()) {
      throw Errno.EINVAL.failure();
    }
    List<CacheMode> others = reserved.modes(pfn, pfn + pages);
    if (others.size() > 1) {
      throw Errno.EINVAL.failure();
    }
    CacheMode mode = others.isEmpty() ? byRangeRegisters(pfn, pages, wish) : others.getFirst();
    if (!isAcceptable(wish, mode)) {
      throw Errno.EINVAL.failure();
    }
    return mode;
  }

  private CacheMode byRangeRegisters(long pfn, long pages, CacheMode wish) {
    boolean refused = wish == CacheMode.WRITE_BACK && !isWriteBack(pfn, pages);
    return refused ? CacheMode.UNCACHED_MINUS : wish;
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
   * @throws ErrnoException EINVAL if not all frames have the same mode
   */
  public synchronized PageProtection partialProtection(long pfn, long pages, PageProtection wanted)
      throws ErrnoException {
    checkFrames(pfn, pages);
    if (!patEnabled) {
      return wanted;
    }
    CacheMode mode = mode(pfn);
    for (long at = nextChange(pfn); at < pfn + pages; at = nextChange(at)) {
      if (mode(at) != mode) {
        throw Errno.EINVAL.failure();
      }
    }
    return wanted.withCacheMode(mode);
  }

  /** The mode that a frame has now. */
  private CacheMode mode(long pfn) {
    if (touchesRam(pfn, 1) || isOldDevice(pfn, 1)) {
      return CacheMode.WRITE_BACK;
    }
    CacheMode mode = reserved.mode(pfn);
    return mode == null ? CacheMode.UNCACHED_MINUS : mode;
  }

  /** The first frame above {@code pfn} that may have another mode. */
  private long nextChange(long pfn) {
    long next = Math.min(reserved.nextChange(pfn), memory.nextChange(pfn));
    if (pfn < PhysicalMemory.ISA_START) {
      return Math.min(next, PhysicalMemory.ISA_START);
    }
    return pfn < PhysicalMemory.ISA_END ? Math.min(next, PhysicalMemory.ISA_END) : next;
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

  private static void checkFrames(long pfn, long pages) {
    if (pfn < 0 || pages <= 0 || pfn + pages < 0) {
      throw new IllegalArgumentException(
          "no frames: " + pages + " from " + Long.toHexString(pfn) + " on");
    }
  }

  /** The last holder is gone. */
  synchronized void remove(TrackedRange range) {
    reserved.remove(range);
  }

  /** All reservations by first frame; one that was made several times comes as often. */
  public synchronized List<TrackedRange> reservations() {
    return reserved.list();
  }

  /**
   * Checks that ranges which overlap have one mode, and that what is kept about them is right.
   *
   * @throws IllegalStateException naming what is broken
   */
  public synchronized void verify() {
    reserved.verify();
  }
}
