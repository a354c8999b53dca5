// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Pages;
import dev.vmarea.fault.Translations;
import dev.vmarea.memory.DeviceFrame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * What a {@link Cpu} does with more than a register: page by page, in the order of addresses, so
 * that a fault is that of the first page which refuses. Lengths are bytes.
 */
final class BulkAccess {
  /** Room for a string to begin with. */
  private static final int SHORT_STRING = 64;

  private final Cpu cpu;
  private final Translations reads;
  private final Translations writes;

  BulkAccess(Cpu cpu, Translations reads, Translations writes) {
    this.cpu = cpu;
    this.reads = reads;
    this.writes = writes;
  }

  /** What lies in the page of {@code address} of a range from there on. */
  private static long inPage(long address, long length) {
    return Math.min(length, Pages.SIZE - (address & Pages.OFFSET_MASK));
  }

  void load(long address, MemorySegment target, long offset, long length) {
    for (long done = 0; done < length; ) {
      long at = address + done;
      long piece = inPage(at, length - done);
      int slot = cpu.readable(at);
      if (slot == Translations.DEVICE) {
        reads.device().read(at, target, offset + done, piece);
      } else {
        MemorySegment.copy(
            reads.memory(slot), reads.offset(slot, at), target, offset + done, piece);
      }
      done += piece;
    }
  }

  void store(long address, MemorySegment source, long offset, long length) {
    for (long done = 0; done < length; ) {
      long at = address + done;
      long piece = inPage(at, length - done);
      int slot = cpu.writable(at);
      if (slot == Translations.DEVICE) {
        writes.device().write(at, source, offset + done, piece);
      } else {
        MemorySegment.copy(
            source, offset + done, writes.memory(slot), writes.offset(slot, at), piece);
      }
      done += piece;
    }
  }

  private static void checkLength(long length) {
    if (length < 0) {
      throw new IllegalArgumentException("bytes: " + length);
    }
  }

  void fill(long address, long length, byte value) {
    checkLength(length);
    for (long done = 0; done < length; ) {
      long at = address + done;
      long piece = inPage(at, length - done);
      int slot = cpu.writable(at);
      if (slot == Translations.DEVICE) {
        writes.device().fill(at, piece, value);
      } else {
        writes.memory(slot).asSlice(writes.offset(slot, at), piece).fill(value);
      }
      done += piece;
    }
  }

  void copy(long from, long to, long length) {
    checkLength(length);
    boolean downwards = Long.compareUnsigned(to - from, length) < 0;
    for (long done = 0; done < length; ) {
      long left = length - done;
      long piece;
      if (downwards) {
        piece = Math.min(inPageBelow(from + left, left), inPageBelow(to + left, left));
        copyPiece(from + left - piece, to + left - piece, piece, true);
      } else {
        piece = Math.min(inPage(from + done, left), inPage(to + done, left));
        copyPiece(from + done, to + done, piece, false);
      }
      done += piece;
    }
  }

  /** What lies in the page of the byte before {@code end} of a range up to there. */
  private static long inPageBelow(long end, long length) {
    return Math.min(length, (end - 1 & Pages.OFFSET_MASK) + 1);
  }

  private void copyPiece(long from, long to, long length, boolean downwards) {
    int source;
    int target;
    do {
      source = cpu.readable(from);
      target = cpu.writable(to);
    } while (source != Translations.DEVICE
        && !reads.holds(source, from)); // making it writable may have changed what is read
    if (source == Translations.DEVICE || target == Translations.DEVICE) {
      long read = source == Translations.DEVICE ? -1 : 0;
      long written = target == Translations.DEVICE ? -1 : 0;
      copyWords(from, read, to, written, length, downwards);
      return;
    }
    MemorySegment.copy(
        reads.memory(source),
        reads.offset(source, from),
        writes.memory(target),
        writes.offset(target, to),
        length);
  }

  /**
   * By accesses as long as the device's address allows them. That a word can be written is known
   * before the device is asked for it: it may have it only once.
   *
   * @param read which bits of {@code from} count for that: all or none
   * @param written which bits of {@code to} do
   */
  private void copyWords(
      long from, long read, long to, long written, long length, boolean downwards) {
    for (long done = 0; done < length; ) {
      long left = length - done;
      long edge = downwards ? left : done;
      int word = DeviceFrame.piece((from + edge & read) | (to + edge & written), left);
      long at = downwards ? edge - word : edge;
      cpu.writable(to + at);
      store(to + at, word, load(from + at, word));
      done += word;
    }
  }

  private long load(long address, int bytes) {
    return switch (bytes) {
      case Byte.BYTES -> cpu.loadByte(address);
      case Short.BYTES -> cpu.loadShort(address);
      case Integer.BYTES -> cpu.loadInt(address);
      default -> cpu.loadLong(address);
    };
  }

  private void store(long address, int bytes, long value) {
    switch (bytes) {
      case Byte.BYTES -> cpu.storeByte(address, (byte) value);
      case Short.BYTES -> cpu.storeShort(address, (short) value);
      case Integer.BYTES -> cpu.storeInt(address, (int) value);
      default -> cpu.storeLong(address, value);
    }
  }

  byte[] loadString(long address, int most) {
    checkLength(most);
    byte[] bytes = new byte[Math.min(most, SHORT_STRING)];
    int length = 0;
    while (length < most) {
      long at = address + length;
      int end = length + (int) inPage(at, most - length);
      int slot = cpu.readable(at);
      MemorySegment memory;
      long offset;
      if (slot == Translations.DEVICE) { // by the byte, so that it is not asked for more
        memory = MemorySegment.ofArray(new byte[] {(byte) reads.device().load(at, Byte.BYTES)});
        offset = 0;
        end = length + 1;
      } else {
        memory = reads.memory(slot);
        offset = reads.offset(slot, at);
      }
      for (; length < end; offset++) {
        byte next = memory.get(ValueLayout.JAVA_BYTE, offset);
        if (next == 0) {
          return Arrays.copyOf(bytes, length);
        }
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, (int) Math.min(most, 2L * length));
        }
        bytes[length++] = next;
      }
    }
    return Arrays.copyOf(bytes, length);
  }
}
