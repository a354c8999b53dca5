// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Values of 1, 2, 4 or 8 bytes in memory, at any address, as a bus hands them over. */
final class LittleEndian {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private LittleEndian() {}

  /** The value at {@code offset}; bits above its length are anything. */
  static long get(MemorySegment memory, long offset, int bytes) {
    return switch (bytes) {
      case Byte.BYTES -> memory.get(ValueLayout.JAVA_BYTE, offset);
      case Short.BYTES -> memory.get(SHORT, offset);
      case Integer.BYTES -> memory.get(INT, offset);
      case Long.BYTES -> memory.get(LONG, offset);
      default -> throw noAccess(bytes);
    };
  }

  /** Puts the lower bits of {@code value} at {@code offset}. */
  static void set(MemorySegment memory, long offset, int bytes, long value) {
    switch (bytes) {
      case Byte.BYTES -> memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
      case Short.BYTES -> memory.set(SHORT, offset, (short) value);
      case Integer.BYTES -> memory.set(INT, offset, (int) value);
      case Long.BYTES -> memory.set(LONG, offset, value);
      default -> throw noAccess(bytes);
    }
  }

  /** That there is no access of this length. */
  static IllegalArgumentException noAccess(int bytes) {
    return new IllegalArgumentException("an access of " + bytes + " bytes");
  }
}
