// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.action;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.base.PageProtection;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.pagetable.PageTables;
import dev.vmarea.pagetable.PfnReservation;
import dev.vmarea.space.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * Filling a range with page frames, in two halves: what the mapping becomes by it, and the page
 * tables (mm-semantics 6.1 to 6.3). Entries are of page size only, whatever the range.
 */
final class PfnRemap {
  private PfnRemap() {}

  /**
   * The page offset of a mapping part of which is filled with page frames. Copy-on-write memory
   * keeps the first frame there: it is how an original page is told from a copy where entries have
   * no special bit.
   *
   * @param whole whether all of the mapping is filled
   * @throws ErrnoException EINVAL for part of copy-on-write memory
   */
  static long pgoff(long vmFlags, boolean whole, long pfn, long pgoff) throws ErrnoException {
    if (!VmFlags.isCow(vmFlags)) {
      return pgoff;
    }
    if (!whole) {
      throw Errno.EINVAL.failure();
    }
    return pfn;
  }

  /**
   * Fills [start, start + size).
   *
   * @param size bytes, rounded up to pages
   * @throws ErrnoException EINVAL unaligned or against a reservation, ENOMEM, EACCES: nothing is
   *     left in the tables; EBUSY where an entry is: what was filled stays, the caller unmaps
   */
  static void complete(
      HookScope scope, RemapTarget target, long start, long pfn, long size, PageProtection wanted)
      throws ErrnoException {
    Kernel kernel = scope.kernel();
    long end = start + Pages.ceil(size);
    if (!Pages.isAligned(start)) {
      kernel.warn(KernelWarning.Kind.RULE, String.format("remap at %x, not a page", start));
      throw Errno.EINVAL.failure();
    }
    if (Long.compareUnsigned(end, start) <= 0
        || Long.compareUnsigned(end, kernel.architecture().addressLimit()) > 0) {
      kernel.warn(
          KernelWarning.Kind.BUG, String.format("remap of %x bytes at %x: no range", size, start));
      throw Errno.EINVAL.failure();
    }
    if (!kernel.architecture().hasMmu()) {
      // An address is the memory that it names: nothing can show other memory there.
      if (start != Pages.bytes(pfn)) {
        throw Errno.EINVAL.failure();
      }
      return;
    }
    long pages = Pages.count(end - start);
    PfnReservation reservation = null;
    PageProtection protection;
    if (!kernel.architecture().tracksCacheModes()) {
      protection = wanted;
    } else if (start == target.start() && end == target.end()) {
      if (target.reservation() != null) {
        throw Errno.EINVAL.failure();
      }
      reservation = kernel.pfnTracking().reserve(pfn, pages, wanted);
      protection = reservation.protection();
    } else {
      protection = kernel.pfnTracking().partialProtection(pfn, pages, wanted);
    }
    fill(scope, start, end, pfn, protection, reservation);
    if (reservation != null) {
      target.reservation(reservation);
    }
  }

  private static void fill(
      HookScope scope,
      long start,
      long end,
      long pfn,
      PageProtection protection,
      @Nullable PfnReservation reservation)
      throws ErrnoException {
    PageTables tables = scope.mm().pageTables();
    Kernel kernel = scope.kernel();
    if (!kernel.architecture().hasMmu()) {
      // An address is the memory that it names: nothing can show other memory there.
      if (start != Pages.bytes(pfn)) {
        throw Errno.EINVAL.failure();
      }
      return;
    }
    long pages = Pages.count(end - start);
    boolean filled = false;
    try {
      if (!kernel.mayMap(scope.task(), pfn, pages, protection)) {
        throw Errno.EACCES.failure();
      }
      tables.fill(start, pfn, pages, protection, true);
      filled = true;
    } catch (ErrnoException failed) {
      tables.zap(start, end, kernel.memory());
      throw failed;
    } catch (IllegalStateException occupied) {
      kernel.warn(KernelWarning.Kind.BUG, String.valueOf(occupied.getMessage()));
      throw Errno.EBUSY.failure();
    } finally {
      if (!filled && reservation != null) {
        reservation.release();
      }
    }
  }
}
