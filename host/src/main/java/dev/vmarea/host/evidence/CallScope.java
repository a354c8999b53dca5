// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.nativecalls.SystemCall;

/**
 * Where a call bears on the map. Ranges are half-open, in bytes, rounded out to pages; the empty
 * range means "nowhere" or "not known before the call".
 *
 * @param start start of the range whose VMAs it may split, merge or remove
 * @param end end of it
 * @param otherStart start of a second such range (the fixed target of mremap)
 * @param otherEnd end of it
 * @param everything true if it concerns every VMA
 * @param replaces true if what stood in the ranges may be gone after the call
 */
record CallScope(
    long start, long end, long otherStart, long otherEnd, boolean everything, boolean replaces) {
  private static final CallScope NOTHING = new CallScope(0, 0, 0, 0, false, false);
  private static final CallScope EVERYTHING = new CallScope(0, 0, 0, 0, true, false);

  private static final long MAP_FIXED = 0x10;
  private static final long MAP_FIXED_NOREPLACE = 0x10_0000;
  private static final long MREMAP_FIXED = 2;
  private static final long PR_SET_VMA = 0x53564d61;
  private static final long PR_SET_MEMORY_MERGE = 67;

  /** The scope of the call before it executes. */
  static CallScope before(final SystemCall call, final long[] a, final long pageSize) {
    return switch (call) {
      case MMAP ->
          (a[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)) == 0
              ? NOTHING
              : range(a[0], a[1], pageSize, true);
      case MUNMAP -> range(a[0], a[1], pageSize, true);
      case MREMAP -> mremap(a, pageSize);
      case MPROTECT,
          PKEY_MPROTECT,
          MADVISE,
          MLOCK,
          MLOCK2,
          MUNLOCK,
          MSEAL,
          MBIND,
          SET_MEMPOLICY_HOME_NODE ->
          range(a[0], a[1], pageSize, false);
      case REMAP_FILE_PAGES -> range(a[0], a[1], pageSize, true);
      case MLOCKALL, MUNLOCKALL -> EVERYTHING;
      case PRCTL -> {
        if (a[0] == PR_SET_VMA) {
          yield range(a[2], a[3], pageSize, false);
        }
        yield a[0] == PR_SET_MEMORY_MERGE ? EVERYTHING : NOTHING;
      }
      default -> NOTHING;
    };
  }

  /** A range of a call: an absurd one (zero, wrapping around, the kernel's half) is empty. */
  static CallScope range(
      final long address, final long length, final long pageSize, final boolean replaces) {
    final long start = address & -pageSize;
    final long end = (address + length + pageSize - 1) & -pageSize;
    return address < 0 || length <= 0 || end <= start
        ? NOTHING
        : new CallScope(start, end, 0, 0, false, replaces);
  }

  private static CallScope mremap(final long[] a, final long pageSize) {
    final CallScope old = range(a[0], a[1], pageSize, true);
    if ((a[3] & MREMAP_FIXED) == 0) {
      return old;
    }
    final CallScope target = range(a[4], a[2], pageSize, true);
    return new CallScope(old.start, old.end, target.start, target.end, false, true);
  }
}
