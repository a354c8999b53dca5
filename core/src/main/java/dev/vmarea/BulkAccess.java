// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import dev.vmarea.base.Pages;
import dev.vmarea.fault.Translations;
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
      MemorySegment.copy(reads.memory(slot), reads.offset(slot, at), target, offset + done, piece);
      done += piece;
    }
  }

  void store(long address, MemorySegment source, long offset, long length) {
    for (long done = 0; done < length; ) {
      long at = address + done;
      long piece = inPage(at, length - done);
      int slot = cpu.writable(at);
      MemorySegment.copy(
          source, offset + done, writes.memory(slot), writes.offset(slot, at), piece);
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
      writes.memory(slot).asSlice(writes.offset(slot, at), piece).fill(value);
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
        copyPiece(from + left - piece, to + left - piece, piece);
      } else {
        piece = Math.min(inPage(from + done, left), inPage(to + done, left));
        copyPiece(from + done, to + done, piece);
      }
      done += piece;
    }
  }

  /** What lies in the page of the byte before {@code end} of a range up to there. */
  private static long inPageBelow(long end, long length) {
    return Math.min(length, (end - 1 & Pages.OFFSET_MASK) + 1);
  }

  private void copyPiece(long from, long to, long length) {
    int source;
    int target;
    do {
      source = cpu.readable(from);
      target = cpu.writable(to);
    } while (!reads.holds(source, from)); // making it writable may have changed what is read
    MemorySegment.copy(
        reads.memory(source),
        reads.offset(source, from),
        writes.memory(target),
        writes.offset(target, to),
        length);
  }

  byte[] loadString(long address, int most) {
    checkLength(most);
    byte[] bytes = new byte[Math.min(most, SHORT_STRING)];
    int length = 0;
    while (length < most) {
      long at = address + length;
      int end = length + (int) inPage(at, most - length);
      int slot = cpu.readable(at);
      MemorySegment memory = reads.memory(slot);
      for (long offset = reads.offset(slot, at); length < end; offset++) {
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
