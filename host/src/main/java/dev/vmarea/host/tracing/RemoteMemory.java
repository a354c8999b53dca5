// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.tracing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes another process's memory ({@code process_vm_readv}, {@code process_vm_writev}).
 * Confined to the thread that made it.
 */
public final class RemoteMemory implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int PAGE_BYTES = 4096;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 16);
  private final MemorySegment local = arena.allocate(16, 8);
  private final MemorySegment remote = arena.allocate(16, 8);
  private final long readNumber;
  private final long writeNumber;
  private Reader reader = (tid, address, bytes) -> {};

  /** Told of what was read. */
  @FunctionalInterface
  public interface Reader {
    /** {@code bytes} at {@code address} were read: their pages are there now. */
    void read(int tid, long address, long bytes);
  }

  /** Tells {@code listener} of every read from now on: it brings pages, as the program would. */
  public void whenRead(final Reader listener) {
    reader = listener;
  }

  /** An instance for the calling thread. */
  public RemoteMemory() {
    final SyscallNumbers numbers = SyscallNumbers.host();
    readNumber = numbers.number(SystemCall.PROCESS_VM_READV);
    writeNumber = numbers.number(SystemCall.PROCESS_VM_WRITEV);
  }

  private long transfer(final long number, final int tid, final long address, final int bytes) {
    local.set(JAVA_LONG, 0, buffer.address());
    local.set(JAVA_LONG, 8, bytes);
    remote.set(JAVA_LONG, 0, address);
    remote.set(JAVA_LONG, 8, bytes);
    return NativeCalls.syscall(number, tid, local.address(), 1, remote.address(), 1, 0);
  }

  /**
   * Reads at most {@code bytes} (and at most 64 KiB) at {@code address}.
   *
   * @return what could be read up to the first page that cannot; empty if nothing
   */
  public byte[] read(final int tid, final long address, final int bytes) {
    final int wanted = Math.min(bytes, BUFFER_BYTES);
    final long done = transfer(readNumber, tid, address, wanted);
    if (done > 0) {
      reader.read(tid, address, done);
    }
    return done <= 0 ? new byte[0] : buffer.asSlice(0, done).toArray(JAVA_BYTE);
  }

  /** Reads one native-endian word, or null if it cannot be read. */
  public @Nullable Long word(final int tid, final long address) {
    final byte[] bytes = read(tid, address, Long.BYTES);
    return bytes.length < Long.BYTES
        ? null
        : ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong();
  }

  /**
   * Reads a C string without its end.
   *
   * @param limit most bytes taken, up to 64 KiB; a longer string is cut
   * @return the bytes, or null if the address cannot be read
   */
  public byte @Nullable [] string(final int tid, final long address, final int limit) {
    byte[] found = new byte[0];
    long at = address;
    while (found.length < limit) {
      // never past the end of a page in one read: the string may end just before a hole
      final int rest = (int) (PAGE_BYTES - (at & (PAGE_BYTES - 1)));
      final byte[] part = read(tid, at, Math.min(rest, limit - found.length));
      if (part.length == 0) {
        return null;
      }
      final int end = indexOfZero(part);
      final int taken = end < 0 ? part.length : end;
      final int before = found.length;
      found = Arrays.copyOf(found, before + taken);
      System.arraycopy(part, 0, found, before, taken);
      if (end >= 0) {
        return found;
      }
      at += part.length;
    }
    return found;
  }

  private static int indexOfZero(final byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  /** Writes all of {@code bytes} at {@code address}; whether that was possible. */
  public boolean write(final int tid, final long address, final byte[] bytes) {
    for (int done = 0; done < bytes.length; ) {
      final int part = Math.min(BUFFER_BYTES, bytes.length - done);
      MemorySegment.copy(bytes, done, buffer, JAVA_BYTE, 0, part);
      final long written = transfer(writeNumber, tid, address + done, part);
      if (written <= 0) {
        return false;
      }
      done += (int) written;
    }
    return true;
  }

  @Override
  public void close() {
    arena.close();
  }
}
