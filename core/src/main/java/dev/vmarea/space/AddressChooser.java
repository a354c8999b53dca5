// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.vma.FileOperations.Placement;
import dev.vmarea.vma.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * Picks the address of a new mapping as Linux does (mm-semantics 2.3): hints, top-down search below
 * mmap_base with bottom-up fallback, alignment for huge pages.
 *
 * <p>Addresses and lengths in bytes. Under the address space's lock.
 */
public final class AddressChooser {
  private static final long BOTTOM_32BIT = 0x40000000L;
  private static final long TOP_32BIT = 0x80000000L;
  private static final long ABOVE_4G = 1L << 32;

  private final Mm mm;
  private final GapSearch gaps;

  /** Chooses addresses in {@code mm}. */
  public AddressChooser(Mm mm) {
    this.mm = mm;
    this.gaps = new GapSearch(mm);
  }

  /**
   * What a mapping asks for.
   *
   * @param hint address hint or, with MAP_FIXED, the address; bytes
   * @param length bytes, page aligned, not 0
   * @param pgoff page offset in the file
   * @param mapFlags MAP_ flags
   * @param file the file, or null
   * @param shadowStack whether it is for a shadow stack, which keeps a page free below
   */
  public record Request(
      long hint,
      long length,
      long pgoff,
      int mapFlags,
      @Nullable OpenFile file,
      boolean shadowStack) {

    boolean has(int flag) {
      return (mapFlags & flag) != 0;
    }

    Request withLength(long bytes) {
      return new Request(hint, bytes, pgoff, mapFlags, file, shadowStack);
    }
  }

  /**
   * The address for {@code request}.
   *
   * @throws ErrnoException ENOMEM if there is no room or the range leaves the address space, EINVAL
   *     if a fixed address is not page aligned, EPERM below mmap_min_addr without CAP_SYS_RAWIO
   */
  public long choose(Task task, Request request) throws ErrnoException {
    long taskSize = mm.config().taskSize();
    if (above(request.length, taskSize)) {
      throw Errno.ENOMEM.failure();
    }
    long address = place(request);
    if (Errno.isError(address)) {
      // A fixed address in the last 4095 bytes is taken for an error by the kernel's own check.
      Errno looksLike = Errno.ofResult(address);
      throw (looksLike == null ? Errno.EINVAL : looksLike).failure();
    }
    if (above(address, taskSize - request.length)) {
      throw Errno.ENOMEM.failure();
    }
    if (!Pages.isAligned(address)) {
      throw Errno.EINVAL.failure();
    }
    if (address < mm.config().dacMinAddr() && !task.capable(Task.CAP_SYS_RAWIO)) {
      throw Errno.EPERM.failure();
    }
    return address;
  }

  private long place(Request request) throws ErrnoException {
    OpenFile file = request.file;
    if (file != null && file.operations() != null) {
      Placement placement = file.operations().placement();
      return switch (placement) {
        case THP -> hugeAligned(request);
        case SHMEM -> shmem(request);
        case DEVICE_ZERO -> request.has(MapFlags.SHARED) ? shmem(request) : hugeAligned(request);
        case HUGETLB -> hugetlb(request, file.operations().hugePageSize());
        case DEFAULT -> plain(request);
        case OWN -> ownAligned(request, file.operations().alignment());
      };
    }
    if ((request.mapFlags & MapFlags.TYPE) == MapFlags.SHARED) {
      return shmem(request);
    }
    boolean wantsThp =
        mm.config().thp() && request.hint == 0 && request.length % KernelConfig.THP_SIZE == 0;
    return wantsThp ? hugeAligned(request) : plain(request);
  }

  private long shmem(Request request) throws ErrnoException {
    return mm.config().shmemThp() ? hugeAligned(request) : plain(request);
  }

  /** An address congruent to the file offset modulo 2 MiB, where there is room for that. */
  private long hugeAligned(Request request) throws ErrnoException {
    long size = KernelConfig.THP_SIZE;
    long offset = request.file == null ? 0 : Pages.bytes(request.pgoff);
    long padded = request.length + size;
    if (!holdsAligned(offset, request.length, size)) {
      return plain(request);
    }
    long found;
    try {
      found = plain(request.withLength(padded));
    } catch (ErrnoException noRoom) {
      return plain(request);
    }
    if (found == request.hint) {
      return found;
    }
    long shift = (offset - found) & (size - 1);
    return shift == 0 && !mm.layout().bottomUp ? found + size : found + shift;
  }

  /** An address congruent to the file offset modulo a driver's own alignment, where it can be. */
  private long ownAligned(Request request, long alignment) throws ErrnoException {
    long offset = Pages.bytes(request.pgoff);
    boolean free = request.hint == 0 && !request.has(MapFlags.FIXED);
    if (alignment <= Pages.SIZE || !free || !holdsAligned(offset, request.length, alignment)) {
      return plain(request);
    }
    long found;
    try {
      found = plain(request.withLength(request.length + alignment));
    } catch (ErrnoException noRoom) {
      return plain(request);
    }
    return found + (offset - found & alignment - 1);
  }

  /** Whether something of this size, aligned to it, lies in the part of a file; nothing wraps. */
  private static boolean holdsAligned(long offset, long length, long size) {
    long end = offset + length;
    long first = (offset + size - 1) & -size;
    long padded = length + size;
    return Long.compareUnsigned(end, first) > 0
        && Long.compareUnsigned(end - first, size) >= 0
        && Long.compareUnsigned(padded, length) >= 0
        && Long.compareUnsigned(offset + padded, offset) >= 0;
  }

  private long hugetlb(Request request, long hugeSize) throws ErrnoException {
    if ((request.length & (hugeSize - 1)) != 0) {
      throw Errno.EINVAL.failure();
    }
    if (request.has(MapFlags.FIXED)) {
      if ((request.hint & (hugeSize - 1)) != 0) {
        throw Errno.EINVAL.failure();
      }
      return request.hint;
    }
    if (request.hint != 0) {
      long hint = (request.hint + hugeSize - 1) & -hugeSize;
      if (!above(hint, mm.config().taskSize() - request.length)
          && hint >= mm.config().minAddr()
          && free(hint, request.length)) {
        return hint;
      }
    }
    long mask = hugeSize - Pages.SIZE; // any gap begins with a page
    GapSearch.Need need = new GapSearch.Need(request.length, mask, 0, 0);
    if (!mm.layout().bottomUp) {
      long found = gaps.topDown(Pages.SIZE, mm.layout().mmapBase, need);
      if (found >= 0) {
        return found;
      }
    }
    return orNoMemory(gaps.bottomUp(mm.layout().legacyBase, mm.config().taskSize(), need));
  }

  private long plain(Request request) throws ErrnoException {
    if (mm.layout().bottomUp) {
      return bottomUp(request);
    }
    if (above(request.length, mm.config().taskSize())) {
      throw Errno.ENOMEM.failure();
    }
    if (request.has(MapFlags.FIXED)) {
      return request.hint;
    }
    if (request.has(MapFlags.BIT32)) {
      return bottomUp(request);
    }
    if (request.hint != 0) {
      long hint = Pages.floor(request.hint);
      if (!above(hint, mm.config().taskSize() - request.length) && free(hint, request.length)) {
        return hint;
      }
    }
    long low = request.has(MapFlags.ABOVE4G) ? ABOVE_4G : Pages.SIZE;
    long found = gaps.topDown(low, mm.layout().mmapBase, need(request));
    return found >= 0 ? found : bottomUp(request);
  }

  private long bottomUp(Request request) throws ErrnoException {
    if (request.has(MapFlags.FIXED)) {
      return request.hint;
    }
    boolean low = request.has(MapFlags.BIT32);
    long begin = low ? BOTTOM_32BIT : mm.layout().legacyBase;
    long end = low ? TOP_32BIT : mm.config().taskSize();
    if (above(request.length, end)) {
      throw Errno.ENOMEM.failure();
    }
    if (request.hint != 0) {
      long hint = Pages.ceil(request.hint);
      if (!above(hint, end - request.length) && free(hint, request.length)) {
        return hint;
      }
    }
    return orNoMemory(gaps.bottomUp(begin, end, need(request)));
  }

  private static GapSearch.Need need(Request request) {
    return new GapSearch.Need(request.length, 0, 0, request.shadowStack ? Pages.SIZE : 0);
  }

  /**
   * Whether nothing, guard gap included, begins before the range ends; what lies below is not
   * asked.
   */
  private boolean free(long address, long length) {
    return address + length <= mm.guardedStart(mm.tree().find(address));
  }

  private static boolean above(long a, long b) {
    return Long.compareUnsigned(a, b) > 0;
  }

  private static long orNoMemory(long found) throws ErrnoException {
    if (found < 0) {
      throw Errno.ENOMEM.failure();
    }
    return found;
  }
}
