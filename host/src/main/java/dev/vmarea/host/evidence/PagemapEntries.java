// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The entries of /proc/PID/pagemap: bit 63 present, bit 62 swapped, bit 61 file page or shared
 * anonymous page. The zero page looks like an anonymous one unless the frame number may be seen and
 * /proc/kpageflags read; where it may not, what this finds is confirmed by smaps.
 */
final class PagemapEntries implements AnonymousPages {
  private static final long PRESENT = 1L << 63;
  private static final long SWAPPED = 1L << 62;
  private static final long FILE = 1L << 61;
  private static final int ENTRY_BYTES = 8;
  private static final int CHUNK_ENTRIES = 4096;
  private static final long FRAME_MASK = (1L << 55) - 1;
  private static final long KPF_THP = 1L << 22;
  private static final long KPF_ZERO_PAGE = 1L << 24;

  private final int fd;
  private final int frameFlags;
  private final int pageShift;
  private final HugePages huge;
  private final MemorySegment chunk;
  private final MemorySegment word;
  private final SmapsAnonymous confirmation;

  private PagemapEntries(
      final int tgid,
      final int fd,
      final int frameFlags,
      final long pageSize,
      final HugePages huge) {
    this.fd = fd;
    this.frameFlags = frameFlags;
    this.huge = huge;
    this.pageShift = Long.numberOfTrailingZeros(pageSize);
    final Arena arena = Arena.ofAuto();
    this.chunk = arena.allocate((long) CHUNK_ENTRIES * ENTRY_BYTES, ENTRY_BYTES);
    this.word = arena.allocate(ENTRY_BYTES, ENTRY_BYTES);
    this.confirmation = new SmapsAnonymous(tgid);
  }

  /** Entries of the address space that {@code tgid} has now, or null where they cannot be read. */
  static @Nullable PagemapEntries open(final int tgid, final long pageSize, final HugePages huge) {
    final int fd = ProcFile.open(tgid, "pagemap");
    return fd < 0
        ? null
        : new PagemapEntries(tgid, fd, ProcFile.open("/proc/kpageflags"), pageSize, huge);
  }

  @Override
  public Presence in(final VmaBounds vma, final long start, final long end) {
    long page = start >>> pageShift;
    final long endPage = end >>> pageShift;
    final boolean zeroMayBeHuge = huge.mayBeReadIn(vma); // it has the "file" bit
    while (page < endPage) {
      final long wanted = Math.min(CHUNK_ENTRIES, endPage - page) * ENTRY_BYTES;
      final long got =
          NativeCalls.syscall(
              SystemCall.PREAD64, fd, chunk.address(), wanted, page * ENTRY_BYTES, 0, 0);
      if (got < ENTRY_BYTES) {
        return Presence.UNKNOWN;
      }
      for (long i = 0; i < got / ENTRY_BYTES; i++) {
        final long entry = chunk.getAtIndex(JAVA_LONG, i);
        if ((entry & SWAPPED) != 0) {
          return Presence.PRESENT;
        }
        if ((entry & PRESENT) == 0 || ((entry & FILE) != 0 && !zeroMayBeHuge)) {
          continue;
        }
        final long flags = flagsOf(entry & FRAME_MASK);
        if ((flags & (KPF_ZERO_PAGE | KPF_THP)) == (KPF_ZERO_PAGE | KPF_THP)) {
          return Presence.HUGE_ZERO;
        }
        if ((flags & KPF_ZERO_PAGE) == 0 && (entry & FILE) == 0) {
          return (entry & FRAME_MASK) == 0 || frameFlags < 0 || vma.oddPages()
              ? confirmation.in(vma, start, end)
              : Presence.PRESENT;
        }
      }
      page += got / ENTRY_BYTES;
    }
    return Presence.ABSENT;
  }

  /** The flags of a frame, 0 where they are not to be seen. */
  private long flagsOf(final long frame) {
    if (frame == 0 || frameFlags < 0) {
      return 0;
    }
    final long got =
        NativeCalls.syscall(
            SystemCall.PREAD64, frameFlags, word.address(), ENTRY_BYTES, frame * ENTRY_BYTES, 0, 0);
    return got == ENTRY_BYTES ? word.get(JAVA_LONG, 0) : 0;
  }

  @Override
  public FaultEvidence.PresenceKind kind() {
    return FaultEvidence.PresenceKind.PAGEMAP;
  }

  @Override
  public void close() {
    ProcFile.close(fd);
    ProcFile.close(frameFlags);
  }
}
