// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.mapping;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.base.VmFlags;
import dev.vmarea.space.AddressChooser;
import dev.vmarea.space.Mm;
import dev.vmarea.space.Task;
import dev.vmarea.vma.FileOperations;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.ReleaseDelay;
import org.jspecify.annotations.Nullable;

/**
 * mmap: checks, address, flags; then {@link MappedRegion} makes the mapping. The order of checks is
 * Linux's (mm-semantics 2.1 to 2.4).
 */
public final class MapOperation {
  private final Mm mm;
  private final Task task;
  private final AddressChooser chooser;
  private final SharedBacking backing;

  /** mmap in {@code mm} on behalf of {@code task}; internal files come from {@code backing}. */
  public MapOperation(Mm mm, Task task, SharedBacking backing) {
    this.mm = mm;
    this.task = task;
    this.chooser = new AddressChooser(mm);
    this.backing = backing;
  }

  /**
   * mmap(2).
   *
   * @param hint address or hint, bytes
   * @param length bytes
   * @param prot PROT_ bits; unknown ones are ignored
   * @param flags MAP_ bits
   * @param file the file behind the descriptor, or null if there is none
   * @param offset bytes
   * @return address of the mapping
   * @throws ErrnoException EINVAL for an unaligned offset or fixed address, no length, flags or a
   *     size of huge pages that make no sense; EBADF without a file; ENOMEM over the map count, a
   *     limit or the commit charge, or without room; EOVERFLOW beyond the largest offset; EEXIST
   *     for MAP_FIXED_NOREPLACE; EPERM below mmap_min_addr, for locking that is not allowed, for
   *     PROT_EXEC on a noexec mount, against a memfd's seals, or if what it would replace is
   *     sealed; EAGAIN over RLIMIT_MEMLOCK; EACCES against the mode the file was opened with or
   *     MDWE; ENODEV for files that cannot be mapped; EOPNOTSUPP for flags unknown to
   *     MAP_SHARED_VALIDATE; or what the file's hook says. What the hook refuses, or what fails
   *     behind it, leaves a gap where old mappings were (mm-semantics 3.4)
   */
  public long map(long hint, long length, int prot, int flags, @Nullable OpenFile file, long offset)
      throws ErrnoException {
    if (!Pages.isAligned(offset)) {
      throw Errno.EINVAL.failure();
    }
    OpenFile mapped = null;
    long bytes = length;
    if ((flags & MapFlags.ANONYMOUS) == 0) {
      if (file == null || file.isPathOnly()) {
        throw Errno.EBADF.failure();
      }
      mapped = file;
      FileOperations operations = file.operations();
      long hugeSize = operations == null ? 0 : operations.hugePageSize();
      if (hugeSize != 0) {
        bytes = (length + hugeSize - 1) & -hugeSize;
      } else if ((flags & MapFlags.HUGETLB) != 0) {
        throw Errno.EINVAL.failure();
      }
    } else if ((flags & MapFlags.HUGETLB) != 0) {
      long hugeSize = hugePageSize(flags);
      bytes = (length + hugeSize - 1) & -hugeSize;
      mapped = backing.hugetlbFile(hugeSize, bytes);
    }
    try {
      return mapUnderLock(hint, bytes, prot, flags, mapped, Pages.count(offset));
    } finally {
      if (mapped != null && mapped != file) {
        mapped.put();
      }
    }
  }

  private long mapUnderLock(
      long hint, long length, int prot, int flags, @Nullable OpenFile file, long pgoff)
      throws ErrnoException {
    mm.lock().lock();
    try {
      return mapLocked(hint, length, prot, flags, file, pgoff);
    } finally {
      mm.lock().unlock();
    }
  }

  private long hugePageSize(int flags) throws ErrnoException {
    long size = mm.config().hugePageSize(flags);
    if (size < 0) {
      throw Errno.EINVAL.failure();
    }
    return size;
  }

  /**
   * The part of mmap below the descriptor (do_mmap), with the lock held; also what shmat and
   * remap_file_pages call.
   *
   * @param pgoff offset in pages
   */
  long mapLocked(
      long hint, long length, int prot, int mapFlags, @Nullable OpenFile file, long pgoff)
      throws ErrnoException {
    if (length == 0) {
      throw Errno.EINVAL.failure();
    }
    int effectiveProt = withReadImpliesExec(prot, file);
    int flags = (mapFlags & MapFlags.FIXED_NOREPLACE) != 0 ? mapFlags | MapFlags.FIXED : mapFlags;
    long address = hint;
    if ((flags & MapFlags.FIXED) == 0) {
      address = Pages.floor(hint);
      if (address != 0 && Long.compareUnsigned(address, mm.config().minAddr()) < 0) {
        address = mm.config().minAddr();
      }
    }
    long bytes = Pages.ceil(length);
    if (bytes == 0) {
      throw Errno.ENOMEM.failure();
    }
    if (Long.compareUnsigned(pgoff + Pages.count(bytes), pgoff) < 0) {
      throw Errno.EOVERFLOW.failure();
    }
    if (mm.mapCount() > mm.config().maxMapCount()) {
      throw Errno.ENOMEM.failure();
    }
    long vmFlags = startingFlags(effectiveProt, flags);
    address =
        chooser.choose(task, new AddressChooser.Request(address, bytes, pgoff, flags, file, false));
    if ((flags & MapFlags.FIXED_NOREPLACE) != 0 && overlaps(address, bytes)) {
      throw Errno.EEXIST.failure();
    }
    checkLocking(flags, vmFlags, Pages.count(bytes));
    MapTypes.Decision type =
        file != null
            ? MapTypes.file(mm, file, effectiveProt, flags, vmFlags, pgoff, bytes)
            : MapTypes.anonymous(flags, vmFlags, address);
    vmFlags = noReserve(type.vmFlags(), flags, file);
    MappedRegion region =
        new MappedRegion(mm, task, backing, address, address + bytes, type.pgoff(), vmFlags, file);
    boolean populates =
        (vmFlags & VmFlags.LOCKED) != 0
            || (flags & (MapFlags.POPULATE | MapFlags.NONBLOCK)) == MapFlags.POPULATE;
    return populates ? mapPopulated(region, bytes) : region.map();
  }

  /** What the replaced mappings alone had is free only afterwards. */
  private long mapPopulated(MappedRegion region, long bytes) throws ErrnoException {
    try (ReleaseDelay _ = ReleaseDelay.begin()) {
      long result = region.map();
      new Population(mm, task).populateIgnoringErrors(result, result + bytes);
      return result;
    }
  }

  private int withReadImpliesExec(int prot, @Nullable OpenFile file) {
    boolean implied =
        (prot & Prot.READ) != 0
            && (task.personality() & Task.READ_IMPLIES_EXEC) != 0
            && !(file != null && file.inode().fileSystem().noexec());
    return implied ? prot | Prot.EXEC : prot;
  }

  private long startingFlags(int prot, int flags) {
    long vmFlags =
        VmFlags.ofProt(prot) | mm.defFlags() | VmFlags.MAYREAD | VmFlags.MAYWRITE | VmFlags.MAYEXEC;
    if ((flags & MapFlags.GROWSDOWN) != 0) {
      vmFlags |= VmFlags.GROWSDOWN;
    }
    if ((flags & MapFlags.LOCKED) != 0) {
      vmFlags |= VmFlags.LOCKED;
    }
    if ((flags & MapFlags.SYNC) != 0) {
      vmFlags |= VmFlags.SYNC;
    }
    if ((flags & MapFlags.STACK) != 0 && mm.config().thp()) {
      vmFlags |= VmFlags.NOHUGEPAGE;
    }
    return vmFlags;
  }

  private boolean overlaps(long address, long bytes) {
    return mm.tree().overlap(address, address + bytes) != null;
  }

  private void checkLocking(int flags, long vmFlags, long pages) throws ErrnoException {
    if ((flags & MapFlags.LOCKED) != 0 && !LockOperation.mayLock(task)) {
      throw Errno.EPERM.failure();
    }
    if ((vmFlags & VmFlags.LOCKED) != 0 && mm.lockLimitExceeded(task, pages)) {
      throw Errno.EAGAIN.failure();
    }
  }

  private long noReserve(long vmFlags, int flags, @Nullable OpenFile file) {
    if ((flags & MapFlags.NORESERVE) == 0) {
      return vmFlags;
    }
    FileOperations operations = file == null ? null : file.operations();
    boolean hugetlb = operations != null && operations.hugePageSize() != 0;
    return mm.config().overcommitMode() != 2 || hugetlb ? vmFlags | VmFlags.NORESERVE : vmFlags;
  }
}
