// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The PAGEMAP_SCAN ioctl of /proc/PID/pagemap (Linux 6.7), stopped at the first page found. The
 * structure and the bits are those of linux/fs.h.
 */
final class PagemapScan implements AnonymousPages {
  /** Bytes of scratch memory a scan uses: the argument and one region. */
  static final long SCRATCH_BYTES = 96 + 24;

  private static final long PAGEMAP_SCAN = 0xC060_6610L;
  private static final long ARGUMENT_BYTES = 96;

  private static final long PAGE_IS_FILE = 1 << 2;
  private static final long PAGE_IS_PRESENT = 1 << 3;
  private static final long PAGE_IS_SWAPPED = 1 << 4;
  private static final long PAGE_IS_PFNZERO = 1 << 5;
  private static final long PAGE_IS_HUGE = 1 << 6;

  private static final long SIZE_AT = 0;
  private static final long START_AT = 16;
  private static final long END_AT = 24;
  private static final long VEC_AT = 40;
  private static final long VEC_LEN_AT = 48;
  private static final long MAX_PAGES_AT = 56;
  private static final long CATEGORY_INVERTED_AT = 64;
  private static final long CATEGORY_MASK_AT = 72;
  private static final long CATEGORY_ANYOF_AT = 80;
  private static final long RETURN_MASK_AT = 88;

  private final int fd;
  private final MemorySegment scratch;
  private final HugePages huge;
  private final SmapsAnonymous confirmation;

  private PagemapScan(
      final int tgid, final int fd, final MemorySegment scratch, final HugePages huge) {
    this.fd = fd;
    this.huge = huge;
    this.scratch = scratch;
    this.confirmation = new SmapsAnonymous(tgid);
  }

  /** Scans of the address space that {@code tgid} has now, or null where that is not possible. */
  static @Nullable PagemapScan open(
      final int tgid, final MemorySegment scratch, final HugePages huge) {
    final int fd = ProcFile.open(tgid, "pagemap");
    if (fd < 0) {
      return null;
    }
    final PagemapScan scan = new PagemapScan(tgid, fd, scratch, huge);
    if (scan.scan(0, 0, 0, 0) < 0) {
      ProcFile.close(fd);
      return null;
    }
    return scan;
  }

  @Override
  public Presence in(final VmaBounds vma, final long start, final long end) {
    final long regions = scan(start, end, PAGE_IS_PFNZERO | PAGE_IS_FILE, 0);
    if (regions < 0) {
      return Presence.UNKNOWN;
    }
    if (regions == 0) {
      return huge.mayBeReadIn(vma) && scan(start, end, 0, PAGE_IS_PFNZERO | PAGE_IS_HUGE) > 0
          ? Presence.HUGE_ZERO
          : Presence.ABSENT;
    }
    // a raw frame has no "file" bit either
    return vma.oddPages() ? confirmation.in(vma, start, end) : Presence.PRESENT;
  }

  /**
   * Looks for one page that is present or swapped, is none of {@code not} and all of {@code is}.
   */
  private long scan(final long start, final long end, final long not, final long is) {
    scratch.asSlice(0, ARGUMENT_BYTES).fill((byte) 0);
    scratch.set(JAVA_LONG, SIZE_AT, ARGUMENT_BYTES);
    scratch.set(JAVA_LONG, START_AT, start);
    scratch.set(JAVA_LONG, END_AT, end);
    scratch.set(JAVA_LONG, VEC_AT, scratch.address() + ARGUMENT_BYTES);
    scratch.set(JAVA_LONG, VEC_LEN_AT, 1);
    scratch.set(JAVA_LONG, MAX_PAGES_AT, 1);
    scratch.set(JAVA_LONG, CATEGORY_INVERTED_AT, not);
    scratch.set(JAVA_LONG, CATEGORY_MASK_AT, not | is);
    scratch.set(JAVA_LONG, CATEGORY_ANYOF_AT, PAGE_IS_PRESENT | PAGE_IS_SWAPPED);
    scratch.set(JAVA_LONG, RETURN_MASK_AT, PAGE_IS_PRESENT);
    return NativeCalls.syscall(SystemCall.IOCTL, fd, PAGEMAP_SCAN, scratch.address(), 0, 0, 0);
  }

  @Override
  public FaultEvidence.PresenceKind kind() {
    return FaultEvidence.PresenceKind.PAGEMAP_SCAN;
  }

  @Override
  public void close() {
    ProcFile.close(fd);
  }
}
