// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.vmcore;

import dev.vmarea.base.Pages;
import dev.vmarea.drivers.region.PfnWindow;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The ELF header of a core file of 64 bits, little-endian, for x86-64, with one program header for
 * the notes and one for each range of memory (generic ABI, chapters 4 and 5).
 */
final class ElfCoreHeader {
  private static final int HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final short TYPE_CORE = 4;
  private static final short MACHINE_X86_64 = 62;
  private static final int LOAD = 1;
  private static final int NOTE = 4;
  private static final int ALL_RIGHTS = 7;

  private ElfCoreHeader() {}

  /** The most ranges that fit into {@code bytes}. */
  static long mostRanges(long bytes) {
    return (bytes - HEADER - PROGRAM_HEADER) / PROGRAM_HEADER;
  }

  /**
   * Writes the header.
   *
   * @param target room for it
   * @param headerPages pages of the file before the notes
   * @param notePages pages of the notes; the ranges follow them
   */
  static void write(
      MemorySegment target, long headerPages, long notePages, List<PfnWindow> ranges) {
    ByteBuffer out = target.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    out.putShort(TYPE_CORE).putShort(MACHINE_X86_64).putInt(1);
    out.putLong(0).putLong(HEADER).putLong(0).putInt(0); // no entry, no sections
    out.putShort((short) HEADER).putShort((short) PROGRAM_HEADER);
    out.putShort((short) (1 + ranges.size())).putShort((short) 0).putInt(0);
    long offset = Pages.bytes(headerPages);
    put(out, NOTE, 0, offset, 0, Pages.bytes(notePages));
    offset += Pages.bytes(notePages);
    for (PfnWindow range : ranges) {
      long bytes = Pages.bytes(range.pages());
      put(out, LOAD, ALL_RIGHTS, offset, Pages.bytes(range.firstPfn()), bytes);
      offset += bytes;
    }
  }

  private static void put(
      ByteBuffer out, int type, int rights, long offset, long physical, long bytes) {
    out.putInt(type).putInt(rights).putLong(offset).putLong(0).putLong(physical);
    out.putLong(bytes).putLong(bytes).putLong(0);
  }
}
