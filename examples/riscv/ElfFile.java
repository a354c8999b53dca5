// SPDX-License-Identifier: Apache-2.0

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A static ELF program of 64 bits.
 *
 * @param entry address of its first instruction
 * @param segments its PT_LOAD segments, in order of address
 */
record ElfFile(long entry, List<Segment> segments) {
  private static final int PT_LOAD = 1;
  private static final int ET_EXEC = 2;
  private static final int EM_RISCV = 243;

  /** What one PT_LOAD asks for; flags are PF_X 1, PF_W 2, PF_R 4. */
  record Segment(int flags, long offset, long address, long fileBytes, long memoryBytes) {}

  static ElfFile parse(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    boolean good =
        file.length >= 64
            && in.getInt(0) == 0x464c457f
            && in.getShort(16) == ET_EXEC
            && in.getShort(18) == EM_RISCV;
    if (!good) {
      throw new IllegalArgumentException("not a static RISC-V program of 64 bits");
    }
    List<Segment> segments = new ArrayList<>();
    int at = (int) in.getLong(32);
    for (int i = 0; i < in.getShort(56); i++, at += in.getShort(54)) {
      if (in.getInt(at) == PT_LOAD) {
        segments.add(
            new Segment(
                in.getInt(at + 4),
                in.getLong(at + 8),
                in.getLong(at + 16),
                in.getLong(at + 32),
                in.getLong(at + 40)));
      }
    }
    return new ElfFile(in.getLong(24), List.copyOf(segments));
  }
}
