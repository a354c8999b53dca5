// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The ring buffer that the kernel shares with the owner of a perf event; the layout is that of
 * linux/perf_event.h. One thread at a time may read it.
 */
final class PerfRing implements AutoCloseable {
  private static final long PROT_READ_WRITE = 3;
  private static final long MAP_SHARED = 1;
  private static final long HEAD_AT = 1024;
  private static final long TAIL_AT = 1032;
  private static final int RECORD_LOST = 2;
  private static final int RECORD_SAMPLE = 9;
  private static final int HEADER_BYTES = 8;
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  private final MemorySegment control;
  private final MemorySegment data;
  private final long mask;
  private boolean closed;

  private PerfRing(final MemorySegment all, final long pageSize) {
    this.control = all;
    this.data = all.asSlice(pageSize);
    this.mask = data.byteSize() - 1;
  }

  /** Receives records. */
  interface Reader {
    /** A sample whose body begins at {@code position}; read it with {@link PerfRing#intAt}. */
    void sample(PerfRing ring, long position);

    /** The kernel had no room for {@code count} records. */
    void lost(long count);
  }

  /**
   * Maps the buffer of the event {@code fd}.
   *
   * @param dataBytes a power of two, at least a page
   * @return null where the kernel does not permit that much
   */
  @SuppressWarnings("restricted") // the one mapping that is shared with the kernel
  static @Nullable PerfRing map(final int fd, final long dataBytes, final long pageSize) {
    final long bytes = pageSize + dataBytes;
    final long address =
        NativeCalls.syscall(SystemCall.MMAP, 0, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    return NativeCalls.isError(address)
        ? null
        : new PerfRing(MemorySegment.ofAddress(address).reinterpret(bytes), pageSize);
  }

  /** Hands every complete record to {@code reader} and frees its room. */
  void drain(final Reader reader) {
    if (closed) {
      return;
    }
    final long head = (long) WORD.getAcquire(control, HEAD_AT);
    long tail = control.get(JAVA_LONG, TAIL_AT);
    if (head == tail) {
      return;
    }
    while (tail < head) {
      final int type = intAt(tail);
      final int bytes = intAt(tail + 4) >>> 16;
      if (bytes < HEADER_BYTES) {
        tail = head; // not a record: give the rest up instead of looping
        break;
      }
      if (type == RECORD_SAMPLE) {
        reader.sample(this, tail + HEADER_BYTES);
      } else if (type == RECORD_LOST) {
        reader.lost(longAt(tail + HEADER_BYTES + 8));
      }
      tail += bytes;
    }
    WORD.setRelease(control, TAIL_AT, tail);
  }

  /** The 4 bytes at {@code position}, a multiple of 4; positions wrap around. */
  int intAt(final long position) {
    return data.get(JAVA_INT, position & mask);
  }

  /** The 8 bytes at {@code position}, a multiple of 4; positions wrap around. */
  long longAt(final long position) {
    return Integer.toUnsignedLong(intAt(position)) | (long) intAt(position + 4) << 32;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      NativeCalls.syscall(SystemCall.MUNMAP, control.address(), control.byteSize(), 0, 0, 0, 0);
    }
  }
}
