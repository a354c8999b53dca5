// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of sections. Nothing is believed: a checksum is compared before the first byte
 * of a section is looked at, and each field must lie in what its section has. Never allocates more
 * than the bytes that are there, and never more than {@link Section#MAX}. For one thread.
 */
final class SectionInput {
  private static final int HEAD = 8;

  private final InputStream in;
  private final long[] records = new long[Section.values().length];
  private ByteBuffer payload = ByteBuffer.allocate(0);
  private @Nullable Section section;

  /** Bytes of the file before the section that is being read. */
  private long start;

  private long read;

  /**
   * Reads the head of a file from {@code in}.
   *
   * @throws ImageFormatException if it is none
   */
  SectionInput(InputStream in) throws IOException {
    this.in = in;
    byte[] bytes = take(16);
    ByteBuffer head = wrap(bytes);
    if (head.getLong() != Section.MAGIC) {
      throw problem("not an image of an address space");
    }
    int version = head.getInt();
    if (head.getInt() != sum(bytes, 12)) {
      throw problem("the checksum of the header is wrong");
    }
    if (version != Section.VERSION) {
      throw problem("version " + Integer.toUnsignedString(version) + " is not known");
    }
  }

  private static int sum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return (int) sum.getValue();
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private byte[] take(int bytes) throws IOException {
    byte[] taken = in.readNBytes(bytes);
    read += taken.length;
    if (taken.length < bytes) {
      throw new ImageFormatException("the file ends too early", name(), read);
    }
    return taken;
  }

  private String name() {
    return section == null ? "header" : section.name();
  }

  /** What is wrong, near where this stands. */
  ImageFormatException problem(String what) {
    return new ImageFormatException(what, name(), start + payload.position());
  }

  /** Whether there is another record of this kind; if so, its fields come next. */
  boolean next(Section kind) throws IOException {
    if (section == null || !payload.hasRemaining()) {
      load();
    }
    Section now = section;
    if (now == null || now.ordinal() < kind.ordinal()) {
      throw problem("a section in the wrong place, before " + kind);
    }
    if (now != kind) {
      return false;
    }
    records[kind.ordinal()]++;
    return true;
  }

  /** The one record of this kind. */
  void only(Section kind) throws IOException {
    if (!next(kind)) {
      throw problem("no section " + kind);
    }
  }

  private void load() throws IOException {
    Section before = section;
    byte[] headBytes = take(HEAD);
    ByteBuffer head = wrap(headBytes);
    Section found = Section.ofTag(head.getInt());
    int length = head.getInt();
    start = read;
    payload = ByteBuffer.allocate(0);
    if (found == null) {
      throw problem("a section that is not known after this one");
    }
    if (length <= 0 || length > Section.MAX) {
      throw new ImageFormatException(
          "a section of " + Integer.toUnsignedString(length) + " bytes", found.name(), start);
    }
    section = found;
    byte[] bodyBytes = take(length + 4);
    ByteBuffer body = wrap(bodyBytes);
    CRC32C sum = new CRC32C();
    sum.update(headBytes);
    sum.update(bodyBytes, 0, length);
    if (body.getInt(length) != (int) sum.getValue()) {
      throw problem("the checksum is wrong");
    }
    if (before != null && found.ordinal() < before.ordinal()) {
      throw problem("a section in the wrong place, after " + before);
    }
    payload = body.limit(length);
  }

  /**
   * Checks the end: the numbers of records, and that they are all.
   *
   * @param last whether the file must end there, too
   */
  void end(boolean last) throws IOException {
    only(Section.DONE);
    for (int i = 0; i < Section.DONE.ordinal(); i++) {
      long count = i64();
      if (count != records[i]) {
        throw problem("records of " + Section.values()[i] + ": " + records[i] + " of " + count);
      }
    }
    if (payload.hasRemaining()) {
      throw problem("bytes behind the last record");
    }
    if (last && in.read() >= 0) {
      throw new ImageFormatException("bytes behind the end", name(), read);
    }
  }

  private ByteBuffer need(int bytes) throws ImageFormatException {
    if (payload.remaining() < bytes) {
      throw problem("a record is cut short");
    }
    return payload;
  }

  int u8() throws ImageFormatException {
    return need(1).get() & 0xff;
  }

  boolean bool() throws ImageFormatException {
    int value = u8();
    if (value > 1) {
      throw problem("neither no nor yes: " + value);
    }
    return value != 0;
  }

  int i32() throws ImageFormatException {
    return need(4).getInt();
  }

  /** A number that is an index below {@code limit}, or the limit itself for none. */
  int index(int limit) throws ImageFormatException {
    int value = i32();
    if (value < 0 || value > limit) {
      throw problem("no such number: " + Integer.toUnsignedString(value) + " of " + limit);
    }
    return value;
  }

  /** A number that is an index below {@code limit}. */
  int existing(int limit) throws ImageFormatException {
    int value = index(limit);
    if (value == limit) {
      throw problem("no such number: " + value + " of " + limit);
    }
    return value;
  }

  long i64() throws ImageFormatException {
    return need(8).getLong();
  }

  byte[] bytes() throws ImageFormatException {
    int length = i32();
    if (length < 0 || length > Section.MAX_RECORD) {
      throw problem("a string of " + Integer.toUnsignedString(length) + " bytes");
    }
    ByteBuffer from = need(length);
    byte[] value = new byte[length];
    from.get(value);
    return value;
  }

  String text() throws ImageFormatException {
    return new String(bytes(), StandardCharsets.ISO_8859_1);
  }

  /** The next {@code length} bytes; valid until the next record. */
  ByteBuffer page(int length) throws ImageFormatException {
    ByteBuffer contents = need(length).slice(payload.position(), length);
    payload.position(payload.position() + length);
    return contents;
  }

  /** What this constant is called, of those that there are. */
  <E extends Enum<E>> E constant(Class<E> type) throws ImageFormatException {
    E[] all = type.getEnumConstants();
    int ordinal = u8();
    if (ordinal >= all.length) {
      throw problem("no " + type.getSimpleName() + " number " + ordinal);
    }
    return all[ordinal];
  }
}
