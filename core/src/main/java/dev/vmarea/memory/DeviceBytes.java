// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Device memory that is just bytes: a frame buffer, persistent memory. An aligned access is atomic;
 * a load sees what was done before the store whose value it finds. Thread-safe, but for what a
 * driver does to several bytes at once, which another thread may see half done.
 *
 * <p>Offsets and lengths are bytes; none may lie outside of the memory ({@link
 * IndexOutOfBoundsException}), so it is attached to no more frames than it has bytes for.
 */
public final class DeviceBytes implements DeviceMemory {
  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
  private static final VarHandle SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final MemorySegment contents;

  /**
   * New memory outside of the JVM's heap, all zeroes.
   *
   * @param bytes its length, positive
   */
  public DeviceBytes(long bytes) {
    this(Arena.ofAuto().allocate(bytes, Long.BYTES));
  }

  /**
   * Memory that is there already, such as a mapped file. It must stay alive, and open to all
   * threads that use it.
   *
   * @throws IllegalArgumentException if it lies in the JVM's heap or is not aligned to 8 bytes:
   *     then accesses could not be atomic
   */
  public DeviceBytes(MemorySegment contents) {
    if (!contents.isNative() || contents.address() % Long.BYTES != 0) {
      throw new IllegalArgumentException("no aligned memory outside of the heap: " + contents);
    }
    this.contents = contents;
  }

  /** The memory itself, for its driver. */
  public MemorySegment contents() {
    return contents;
  }

  @Override
  public long load(long offset, int bytes) {
    if ((offset & bytes - 1) != 0) {
      return LittleEndian.get(contents, offset, bytes);
    }
    return switch (bytes) {
      case Byte.BYTES -> (byte) BYTE.getAcquire(contents, offset);
      case Short.BYTES -> (short) SHORT.getAcquire(contents, offset);
      case Integer.BYTES -> (int) INT.getAcquire(contents, offset);
      case Long.BYTES -> (long) LONG.getAcquire(contents, offset);
      default -> throw LittleEndian.noAccess(bytes);
    };
  }

  @Override
  public void store(long offset, int bytes, long value) {
    if ((offset & bytes - 1) != 0) {
      LittleEndian.set(contents, offset, bytes, value);
      return;
    }
    switch (bytes) {
      case Byte.BYTES -> BYTE.setRelease(contents, offset, (byte) value);
      case Short.BYTES -> SHORT.setRelease(contents, offset, (short) value);
      case Integer.BYTES -> INT.setRelease(contents, offset, (int) value);
      case Long.BYTES -> LONG.setRelease(contents, offset, value);
      default -> throw LittleEndian.noAccess(bytes);
    }
  }

  /** Copies the bytes from {@code offset} on into all of {@code target}. */
  public void read(long offset, byte[] target) {
    MemorySegment.copy(contents, ValueLayout.JAVA_BYTE, offset, target, 0, target.length);
  }

  /** Copies all of {@code source} to {@code offset}. */
  public void write(long offset, byte[] source) {
    MemorySegment.copy(source, 0, contents, ValueLayout.JAVA_BYTE, offset, source.length);
  }

  /** Puts {@code value} in {@code length} bytes from {@code offset} on. */
  public void fill(long offset, long length, byte value) {
    contents.asSlice(offset, length).fill(value);
  }
}
