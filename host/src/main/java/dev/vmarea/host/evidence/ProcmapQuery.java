// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The PROCMAP_QUERY ioctl of /proc/PID/maps (Linux 6.11): one VMA without text. The structure and
 * the bits are those of linux/fs.h.
 */
final class ProcmapQuery implements VmaLookup {
  /** Bytes of scratch memory a query uses. */
  static final long SCRATCH_BYTES = 104 + ProcmapQuery.NAME_BYTES;

  private static final long PROCMAP_QUERY = 0xC068_6611L;
  private static final long STRUCT_BYTES = 104;
  private static final int NAME_BYTES = 64;
  private static final long COVERING_OR_NEXT_VMA = 0x10;
  private static final long VMA_WRITABLE = 0x02;
  private static final long VMA_SHARED = 0x08;

  private static final long SIZE_AT = 0;
  private static final long QUERY_FLAGS_AT = 8;
  private static final long QUERY_ADDR_AT = 16;
  private static final long VMA_START_AT = 24;
  private static final long VMA_END_AT = 32;
  private static final long VMA_FLAGS_AT = 40;
  private static final long INODE_AT = 64;
  private static final long NAME_SIZE_AT = 80;
  private static final long BUILD_ID_SIZE_AT = 84;
  private static final long NAME_ADDR_AT = 88;
  private static final long BUILD_ID_ADDR_AT = 96;

  private static final int ENAMETOOLONG = 36;

  private final int fd;
  private final MemorySegment scratch;

  private ProcmapQuery(final int fd, final MemorySegment scratch) {
    this.fd = fd;
    this.scratch = scratch;
  }

  /**
   * Queries for the address space that {@code tgid} has now, or null where the kernel has no such
   * query or does not permit it.
   *
   * @param scratch {@link #SCRATCH_BYTES} of native memory, shared by the queries of one thread
   */
  static @Nullable ProcmapQuery open(final int tgid, final MemorySegment scratch) {
    final int fd = ProcFile.open(tgid, "maps");
    if (fd < 0) {
      return null;
    }
    final ProcmapQuery query = new ProcmapQuery(fd, scratch);
    if (query.ask(0, false) < 0) {
      ProcFile.close(fd);
      return null;
    }
    return query;
  }

  @Override
  public @Nullable VmaBounds atOrAbove(final long address) {
    if (address < 0 || ask(address, false) < 0) {
      return null;
    }
    final long start = scratch.get(JAVA_LONG, VMA_START_AT);
    final long end = scratch.get(JAVA_LONG, VMA_END_AT);
    final long flags = scratch.get(JAVA_LONG, VMA_FLAGS_AT);
    return new VmaBounds(
        start,
        end,
        (flags & VMA_WRITABLE) != 0,
        (flags & VMA_SHARED) != 0,
        scratch.get(JAVA_LONG, INODE_AT) != 0,
        (flags & VMA_SHARED) == 0 && (flags & VMA_WRITABLE) == 0 && hasOddName(start));
  }

  /** Asks again with the name: it costs the kernel a path, so only where the answer may matter. */
  private boolean hasOddName(final long address) {
    final long result = ask(address, true);
    if (result == -ENAMETOOLONG) {
      return false; // longer than any special name
    }
    final int length = result < 0 ? 0 : scratch.get(JAVA_INT, NAME_SIZE_AT);
    return OddNames.isOdd(scratch.asSlice(STRUCT_BYTES, Math.max(0, length)).toArray(JAVA_BYTE));
  }

  private long ask(final long address, final boolean withName) {
    scratch.asSlice(0, STRUCT_BYTES).fill((byte) 0);
    scratch.set(JAVA_LONG, SIZE_AT, STRUCT_BYTES);
    scratch.set(JAVA_LONG, QUERY_FLAGS_AT, COVERING_OR_NEXT_VMA);
    scratch.set(JAVA_LONG, QUERY_ADDR_AT, address);
    scratch.set(JAVA_INT, NAME_SIZE_AT, withName ? NAME_BYTES : 0);
    scratch.set(JAVA_INT, BUILD_ID_SIZE_AT, 0);
    scratch.set(JAVA_LONG, NAME_ADDR_AT, withName ? scratch.address() + STRUCT_BYTES : 0);
    scratch.set(JAVA_LONG, BUILD_ID_ADDR_AT, 0);
    return NativeCalls.syscall(SystemCall.IOCTL, fd, PROCMAP_QUERY, scratch.address(), 0, 0, 0);
  }

  @Override
  public void changed() {
    // every question goes to the kernel
  }

  @Override
  public void close() {
    ProcFile.close(fd);
  }
}
