// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/**
 * How files of one kind are mapped ({@code file_operations}, as far as mmap reads them). To be
 * mappable it has exactly one hook: it is a {@link MmapPrepare} or a {@link LegacyMmap}. With both
 * or neither, mmap says ENODEV.
 */
public interface FileOperations {
  /** How an address is chosen for a mapping of the file. */
  enum Placement {
    /** Like any mapping. */
    DEFAULT,
    /** The file system asks for addresses that suit transparent huge pages. */
    THP,
    /** tmpfs, memfd and shared anonymous memory. */
    SHMEM,
    /** Aligned to the huge page size. */
    HUGETLB,
    /**
     * {@code /dev/zero}: shared as {@link #SHMEM}, private as {@link #THP}; like a driver's own
     * method, such VMAs are not moved together with others by mremap.
     */
    DEVICE_ZERO,
    /** A driver's own method; such VMAs are not moved together with others by mremap. */
    OWN;

    /** Whether mremap moves such a VMA only by itself. */
    public boolean isDriversOwn() {
      return this == DEVICE_ZERO || this == OWN;
    }
  }

  /** How an address is chosen. */
  default Placement placement() {
    return Placement.DEFAULT;
  }

  /**
   * With {@link Placement#OWN}: an address that the driver chooses is as far from a multiple of
   * this as the offset in the file is, if there is room for that; a hint is taken as it is.
   *
   * @return bytes, a power of two; a page or less for no such wish
   */
  default long alignment() {
    return 0;
  }

  /** Huge page size in bytes of a hugetlbfs file, else 0. */
  default long hugePageSize() {
    return 0;
  }

  /** Whether MAP_SYNC is understood. */
  default boolean supportsSync() {
    return false;
  }

  /** Whether the largest offset is 2^64-1 instead of 2^63-1 (memory devices). */
  default boolean unsignedOffset() {
    return false;
  }

  /**
   * The callbacks of a mapping with these VmFlags that was found on a running process, where no
   * hook of ours was asked; null for anonymous memory.
   */
  default @Nullable VmOperations callbacksOfFound(long vmFlags) {
    return NoOperations.INSTANCE;
  }

  /** The last reference to {@code file} is gone. */
  default void release(OpenFile file) {}

  /** Whether msync can write the file back; without that MS_SYNC says EINVAL. */
  default boolean canSync() {
    return true;
  }

  /**
   * Stores bytes at {@code offset} (bytes, not negative) of {@code file} (write). File systems that
   * give out blocks themselves override it.
   *
   * @throws ErrnoException ENOMEM without a frame, or what the file system refuses it with; what
   *     was stored before stays
   */
  default void write(OpenFile file, PhysicalMemory memory, long offset, byte[] bytes)
      throws ErrnoException {
    file.inode().store(memory, offset, bytes);
  }

  /**
   * Punching a hole into {@code file}, which MADV_REMOVE asks for.
   *
   * @return null if the file system would do it, else its error
   */
  default @Nullable Errno punchHole(OpenFile file) {
    return null;
  }

  /**
   * Changes the size of {@code file}, to {@code bytes}; see {@link OpenFile#truncate}.
   *
   * @throws ErrnoException why the file system does not
   */
  default void truncate(OpenFile file, long bytes) throws ErrnoException {
    file.inode().truncate(bytes);
  }

  /** Whether the file is tmpfs-like; decides when the KSM rule is applied. */
  default boolean isShmem() {
    return placement() == Placement.SHMEM;
  }
}
