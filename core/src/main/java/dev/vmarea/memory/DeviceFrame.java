// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import dev.vmarea.base.Pages;
import java.lang.foreign.MemorySegment;

/**
 * A page frame that a device answers for. Cuts accesses up as {@link DeviceMemory} wants them: into
 * the longest aligned pieces, in the order of addresses. Immutable.
 *
 * <p>Of addresses, which are bytes, the offset in the page counts; no access may leave the page.
 *
 * @param device who answers
 * @param offset where in the device's memory the frame begins, in bytes
 */
public record DeviceFrame(DeviceMemory device, long offset) {
  /**
   * The length of the longest access that begins (or, counting downwards, ends) where {@code
   * alignment} allows it.
   *
   * @param alignment an address, or several joined by OR
   * @param left bytes to access, positive
   * @return 1, 2, 4 or 8 bytes
   */
  public static int piece(long alignment, long left) {
    long aligned = Long.lowestOneBit(alignment | Long.BYTES);
    return (int) Math.min(aligned, Long.highestOneBit(left));
  }

  private static long mask(int bytes) {
    return -1L >>> Long.SIZE - Byte.SIZE * bytes;
  }

  private long at(long address) {
    return offset + (address & Pages.OFFSET_MASK);
  }

  private long loadPiece(long address, int bytes) {
    return device.load(at(address), bytes) & mask(bytes);
  }

  private void storePiece(long address, int bytes, long value) {
    device.store(at(address), bytes, value & mask(bytes));
  }

  /** The value of 1 to 8 bytes at {@code address}; bits above them are 0. */
  public long load(long address, int bytes) {
    long value = 0;
    for (int done = 0; done < bytes; ) {
      int piece = piece(address + done, bytes - done);
      value |= loadPiece(address + done, piece) << Byte.SIZE * done;
      done += piece;
    }
    return value;
  }

  /** Stores the lower 1 to 8 bytes of {@code value} at {@code address}. */
  public void store(long address, int bytes, long value) {
    for (int done = 0; done < bytes; ) {
      int piece = piece(address + done, bytes - done);
      storePiece(address + done, piece, value >>> Byte.SIZE * done);
      done += piece;
    }
  }

  /** Copies {@code length} bytes from {@code address} on to {@code at} in {@code target}. */
  public void read(long address, MemorySegment target, long at, long length) {
    for (long done = 0; done < length; ) {
      int piece = piece(address + done, length - done);
      LittleEndian.set(target, at + done, piece, loadPiece(address + done, piece));
      done += piece;
    }
  }

  /** Copies {@code length} bytes from {@code at} in {@code source} to {@code address}. */
  public void write(long address, MemorySegment source, long at, long length) {
    for (long done = 0; done < length; ) {
      int piece = piece(address + done, length - done);
      storePiece(address + done, piece, LittleEndian.get(source, at + done, piece));
      done += piece;
    }
  }

  /** Puts {@code value} in {@code length} bytes from {@code address} on. */
  public void fill(long address, long length, byte value) {
    long repeated = (value & 0xffL) * 0x0101_0101_0101_0101L;
    for (long done = 0; done < length; ) {
      int piece = piece(address + done, length - done);
      storePiece(address + done, piece, repeated);
      done += piece;
    }
  }
}
