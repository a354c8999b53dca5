// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Difference;
import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * mremap: parameter checks, then growing or shrinking in place, or a move that {@link VmaMove}
 * carries out (mm-semantics 5.3).
 */
public final class MoveOperation {
  private static final int KNOWN_FLAGS =
      MremapFlags.MAYMOVE | MremapFlags.FIXED | MremapFlags.DONTUNMAP;

  private final Mm mm;
  private final Task task;
  private final UnmapOperation unmap;

  /** mremap in {@code mm} on behalf of {@code task}. */
  public MoveOperation(Mm mm, Task task) {
    this.mm = mm;
    this.task = task;
    this.unmap = new UnmapOperation(mm);
  }

  /**
   * mremap(2); all addresses and lengths in bytes.
   *
   * @param target new address with MREMAP_FIXED, a hint with MREMAP_DONTUNMAP alone, else unused
   * @return the address of the mapping afterwards
   * @throws ErrnoException EINVAL for flags, alignment, lengths or ranges that make no sense, or
   *     old length 0 of private memory; EFAULT where nothing or not enough is mapped, or what may
   *     not grow; EPERM for sealed memory; EAGAIN over RLIMIT_MEMLOCK; ENOMEM without room, over a
   *     limit, the commit charge or the map count. A fixed move that fails late leaves its
   *     destination unmapped, one of several VMAs leaves those moved that came before
   */
  public long remap(long address, long oldLength, long newLength, int flags, long target)
      throws ErrnoException {
    MoveRequest request =
        new MoveRequest(address, Pages.ceil(oldLength), Pages.ceil(newLength), flags, target);
    checkParameters(request);
    mm.lock().lock();
    try {
      if (!mm.kernel().profile().has(Difference.EARLY_MOVE_COUNT_CHECK)
          && mm.mapCount() + 4 > mm.config().maxMapCount()) {
        throw Errno.ENOMEM.failure();
      }
      if (request.movesOnly()) {
        return moveAll(request);
      }
      Vma vma = mm.tree().lookup(address);
      return remapOne(vma, request);
    } finally {
      mm.lock().unlock();
    }
  }

  private void checkParameters(MoveRequest request) throws ErrnoException {
    long taskSize = mm.config().taskSize();
    if ((request.flags() & ~KNOWN_FLAGS) != 0
        || !Pages.isAligned(request.address())
        || request.newLength() == 0
        || Long.compareUnsigned(request.newLength(), taskSize) > 0) {
      throw Errno.EINVAL.failure();
    }
    if (!request.impliesTarget()) {
      return;
    }
    long oldEnd = request.address() + request.oldLength();
    long newEnd = request.target() + request.newLength();
    if (Long.compareUnsigned(request.target(), taskSize - request.newLength()) > 0
        || !Pages.isAligned(request.target())
        || !request.has(MremapFlags.MAYMOVE)
        || request.has(MremapFlags.DONTUNMAP) && request.oldLength() != request.newLength()
        || Long.compareUnsigned(oldEnd, request.target()) > 0
            && Long.compareUnsigned(newEnd, request.address()) > 0) {
      throw Errno.EINVAL.failure();
    }
    if (mm.kernel().profile().has(Difference.EARLY_MOVE_COUNT_CHECK)
        && mm.mapCount() + 2 >= mm.config().maxMapCount() - 3) {
      throw Errno.ENOMEM.failure();
    }
  }

  /** A fixed move of unchanged length: VMA by VMA, gaps reproduced at the destination. */
  private long moveAll(MoveRequest request) throws ErrnoException {
    long start = request.address();
    long end = start + request.oldLength();
    long target = request.target();
    long result = -1;
    long lastEnd = start;
    long at = start;
    while (at < end) {
      Vma vma = mm.tree().find(at);
      if (vma == null || vma.start() >= end) {
        break;
      }
      boolean first = result == -1;
      if (first && vma.start() > start) {
        throw Errno.EFAULT.failure();
      }
      if (!movesWithOthers(vma) && (!first || vma.end() < end)) {
        throw Errno.EFAULT.failure();
      }
      long from = Math.max(vma.start(), at);
      long length = Math.min(vma.end(), end) - from;
      target += from - lastEnd;
      long moved = remapOne(vma, request.piece(from, length, target));
      if (first) {
        result = moved;
      }
      target = moved + length;
      lastEnd = from + length;
      at = lastEnd;
    }
    if (result == -1) {
      throw Errno.EFAULT.failure();
    }
    return result;
  }

  private static boolean movesWithOthers(Vma vma) {
    OpenFile file = vma.file();
    FileOperations operations = file == null ? null : file.operations();
    return vma.extras().userfault() == null
        && (operations == null || !operations.placement().isDriversOwn());
  }

  private long remapOne(@Nullable Vma found, MoveRequest asked) throws ErrnoException {
    if (found == null) {
      throw Errno.EFAULT.failure();
    }
    MoveRequest request = checkVma(found, asked);
    if (request.impliesTarget()) {
      return moveTo(found, request);
    }
    if (request.newLength() == request.oldLength()) {
      return request.address();
    }
    if (request.shrinks()) {
      unmap.unmapLocked(
          request.address() + request.newLength(), request.oldLength() - request.newLength());
      return request.address();
    }
    return expand(found, request);
  }

  /** What a VMA must allow; the request with lengths rounded to the VMA's page size. */
  private MoveRequest checkVma(Vma vma, MoveRequest asked) throws ErrnoException {
    if (vma.has(VmFlags.SEALED)) {
      throw Errno.EPERM.failure();
    }
    MoveRequest request = vma.has(VmFlags.HUGETLB) ? hugeRequest(vma, asked) : asked;
    boolean expands = request.grows();
    if (!request.impliesTarget() && !expands) {
      return request;
    }
    if (request.oldLength() == 0 && !vma.hasAny(VmFlags.SHARED | VmFlags.MAYSHARE)) {
      throw Errno.EINVAL.failure();
    }
    if (request.has(MremapFlags.DONTUNMAP) && vma.hasAny(VmFlags.DONTEXPAND | VmFlags.PFNMAP)) {
      throw Errno.EINVAL.failure();
    }
    long needed = request.shrinks() ? request.newLength() : request.oldLength();
    if (Long.compareUnsigned(needed, vma.end() - request.address()) > 0) {
      throw Errno.EFAULT.failure();
    }
    if (expands) {
      checkGrowth(vma, Pages.count(request.newLength() - request.oldLength()));
    }
    return request;
  }

  /** Linux looks at the new address of huge pages even where the flags give it no meaning. */
  private static MoveRequest hugeRequest(Vma vma, MoveRequest asked) throws ErrnoException {
    OpenFile file = vma.file();
    FileOperations operations = file == null ? null : file.operations();
    long size = operations == null ? Pages.SIZE : operations.hugePageSize();
    MoveRequest request = asked.alignedTo(size);
    if ((request.address() & (size - 1)) != 0
        || (request.target() & (size - 1)) != 0
        || request.grows()) {
      throw Errno.EINVAL.failure();
    }
    return request;
  }

  private void checkGrowth(Vma vma, long pages) throws ErrnoException {
    if (vma.hasAny(VmFlags.DONTEXPAND | VmFlags.PFNMAP)) {
      throw Errno.EFAULT.failure();
    }
    if (vma.has(VmFlags.LOCKED) && mm.lockLimitExceeded(task, pages)) {
      throw Errno.EAGAIN.failure();
    }
    if (!mm.mayExpand(task, vma.flags(), pages)) {
      throw Errno.ENOMEM.failure();
    }
  }

  private long expand(Vma vma, MoveRequest request) throws ErrnoException {
    long delta = request.newLength() - request.oldLength();
    VmaMove move = new VmaMove(mm, task, request);
    if (request.address() + request.oldLength() == vma.end() && move.hasRoomBehind(vma, delta)) {
      move.extendInPlace(vma, delta);
      populateGrowth(vma, request.address(), request);
      return request.address();
    }
    if (!request.has(MremapFlags.MAYMOVE)) {
      throw Errno.ENOMEM.failure();
    }
    long moved = move.move(vma, move.chooseTarget(vma));
    populateGrowth(vma, moved, request);
    return moved;
  }

  private void populateGrowth(Vma vma, long address, MoveRequest request) {
    if (vma.has(VmFlags.LOCKED) && request.grows()) {
      new Population(mm, task)
          .populateIgnoringErrors(address + request.oldLength(), address + request.newLength());
    }
  }

  /** A move to a place the caller named: the destination is cleared first. */
  private long moveTo(Vma found, MoveRequest asked) throws ErrnoException {
    MoveRequest request = asked;
    Vma vma = found;
    if (request.has(MremapFlags.FIXED)) {
      unmap.unmapLocked(request.target(), request.newLength());
      vma = lookupAgain(request.address());
    }
    if (request.shrinks()) {
      unmap.unmapLocked(
          request.address() + request.newLength(), request.oldLength() - request.newLength());
      vma = lookupAgain(request.address());
      request = request.shrunk();
    }
    if (request.has(MremapFlags.DONTUNMAP)
        && !mm.mayExpand(task, vma.flags(), Pages.count(request.oldLength()))) {
      throw Errno.ENOMEM.failure();
    }
    VmaMove move = new VmaMove(mm, task, request);
    long moved = move.move(vma, move.chooseTarget(vma));
    populateGrowth(vma, moved, request);
    return moved;
  }

  private Vma lookupAgain(long address) throws ErrnoException {
    Vma vma = mm.tree().lookup(address);
    if (vma == null) {
      throw Errno.EFAULT.failure();
    }
    return vma;
  }
}
