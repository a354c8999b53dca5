// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.vma;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import org.jspecify.annotations.Nullable;

/** How files of one kind are mapped ({@code file_operations}, as far as mmap reads them). */
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

  /**
   * Asked what the mapping should be, before a VMA exists and before merging is decided. Must have
   * no side effect: nothing can undo it.
   *
   * @throws ErrnoException the error that mmap returns
   */
  void mmapPrepare(VmaDescriptor descriptor) throws ErrnoException;

  /** How an address is chosen. */
  default Placement placement() {
    return Placement.DEFAULT;
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
   * Whether the kernel still maps the file through the old hook, which makes the VMA before it is
   * asked: KSM's mark then comes too late to take part in merging.
   */
  default boolean hasLegacyHook() {
    return false;
  }

  /** Whether msync can write the file back; without that MS_SYNC says EINVAL. */
  default boolean canSync() {
    return true;
  }

  /**
   * Punching a hole into {@code file}, which MADV_REMOVE asks for.
   *
   * @return null if the file system would do it, else its error
   */
  default @Nullable Errno punchHole(OpenFile file) {
    return null;
  }

  /** Whether the file is tmpfs-like; decides when the KSM rule is applied. */
  default boolean isShmem() {
    return placement() == Placement.SHMEM;
  }
}
