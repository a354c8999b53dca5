// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Writes records into sections, each with its tag, length and checksum. For one thread. */
final class SectionOutput {
  private static final int HEAD = 8;

  private final OutputStream out;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(HEAD + Section.MAX + 4).order(ByteOrder.LITTLE_ENDIAN);
  private final long[] records = new long[Section.values().length];
  private Section section = Section.MACH;

  /** Writes the head of a file to {@code out}. */
  SectionOutput(OutputStream out) throws IOException {
    this.out = out;
    buffer.putLong(Section.MAGIC).putInt(Section.VERSION);
    finish();
  }

  /** Puts the checksum behind what is in the buffer and writes all of it. */
  private void finish() throws IOException {
    CRC32C sum = new CRC32C();
    sum.update(buffer.array(), 0, buffer.position());
    buffer.putInt((int) sum.getValue());
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }

  /** Begins a record; the caller puts its fields, of at most {@link Section#MAX_RECORD} bytes. */
  SectionOutput record(Section kind) throws IOException {
    if (kind != section || buffer.position() >= HEAD + Section.FULL) {
      flush();
    }
    if (buffer.position() == 0) {
      section = kind;
      buffer.putInt(kind.tag()).putInt(0);
    }
    records[kind.ordinal()]++;
    return this;
  }

  private void flush() throws IOException {
    if (buffer.position() > 0) {
      buffer.putInt(4, buffer.position() - HEAD);
      finish();
    }
  }

  /** Ends the file. */
  void end() throws IOException {
    record(Section.DONE);
    for (int i = 0; i < Section.DONE.ordinal(); i++) {
      buffer.putLong(records[i]);
    }
    flush();
    out.flush();
  }

  SectionOutput u8(int value) {
    buffer.put((byte) value);
    return this;
  }

  SectionOutput bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  SectionOutput i32(int value) {
    buffer.putInt(value);
    return this;
  }

  SectionOutput i64(long value) {
    buffer.putLong(value);
    return this;
  }

  /** Bytes behind their number. */
  SectionOutput bytes(byte[] value) {
    buffer.putInt(value.length).put(value);
    return this;
  }

  /** Characters up to 255, one a byte, behind their number. */
  SectionOutput text(String value) {
    return bytes(value.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Bytes whose number is known to who reads them. */
  SectionOutput page(ByteBuffer contents) {
    buffer.put(contents);
    return this;
  }
}
