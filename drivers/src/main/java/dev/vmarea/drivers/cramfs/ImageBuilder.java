// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

import dev.vmarea.base.Pages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.Deflater;

/** Writes an image: the magic number, then file by file the block pointers and the blocks. */
final class ImageBuilder {
  private static final int MAGIC = 0x28cd3d45;
  private static final int WORD = 4;
  private static final int PAGE = (int) Pages.SIZE;
  private static final byte STRANGER = (byte) 0xaa;

  /**
   * A file in the image.
   *
   * @param pointers where its block pointers begin, bytes from the image's beginning
   * @param size bytes
   */
  record Entry(long pointers, long size) {}

  private final Map<Layout, Entry> entries = new EnumMap<>(Layout.class);
  private final int pages;
  private ByteBuffer image = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);

  /** An image whose files have {@code pages} pages each. */
  ImageBuilder(int pages) {
    this.pages = pages;
    image.putInt(MAGIC);
    for (Layout layout : Layout.values()) {
      add(layout);
    }
    align(PAGE, 0);
  }

  /** The image, whole pages. */
  byte[] bytes() {
    return Arrays.copyOf(image.array(), image.position());
  }

  /** The files in it. */
  Map<Layout, Entry> entries() {
    return entries;
  }

  /** What the byte at {@code offset} of a file of this layout is. */
  static byte content(Layout layout, long offset) {
    boolean hole = layout == Layout.HOLE && offset < Pages.SIZE;
    return hole ? 0 : (byte) (Pages.count(offset) + 1 + 16L * layout.ordinal());
  }

  private void add(Layout layout) {
    long size = (long) pages * PAGE - (layout.endsInsidePage() ? PAGE / 2 : 0);
    align(WORD, 0);
    int pointers = image.position();
    entries.put(layout, new Entry(pointers, size));
    room(pages * WORD);
    image.position(pointers + pages * WORD);
    align(PAGE, layout == Layout.UNALIGNED ? WORD : 0);
    for (int page = 0; page < pages; page++) {
      if (layout == Layout.SCATTERED && page == pages / 2) {
        room(PAGE);
        image.position(image.position() + PAGE);
      }
      BlockPointer pointer = block(layout, page, size);
      image.putInt(pointers + page * WORD, pointer.word());
    }
  }

  private BlockPointer block(Layout layout, int page, long size) {
    long from = (long) page * PAGE;
    byte[] bytes = new byte[(int) Math.min(PAGE, size - from)];
    Arrays.fill(bytes, content(layout, from));
    if (layout == Layout.HOLE && page == 0) {
      return BlockPointer.HOLE;
    }
    if (!layout.isDirect(page)) {
      align(WORD, 0);
      int at = image.position();
      compress(bytes);
      if (layout == Layout.HEAD) {
        align(PAGE, 0); // direct pages follow
      }
      return BlockPointer.to(at, true);
    }
    int at = image.position();
    room(PAGE);
    image.put(bytes);
    if (layout == Layout.SHARED && bytes.length < PAGE) {
      image.put(STRANGER);
    } else if (bytes.length < PAGE) {
      image.position(at + PAGE);
    }
    return BlockPointer.to(at, false);
  }

  /** Two bytes of length, then the block. */
  private void compress(byte[] bytes) {
    byte[] target = new byte[2 * PAGE];
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(bytes);
      deflater.finish();
      int length = deflater.deflate(target);
      room(Short.BYTES + length);
      image.putShort((short) length);
      image.put(target, 0, length);
    }
  }

  /** Goes on at the next address that is {@code rest} more than a multiple of {@code unit}. */
  private void align(int unit, int rest) {
    int at = image.position();
    int next = at + Math.floorMod(rest - at, unit);
    room(next - at);
    image.position(next);
  }

  private void room(int bytes) {
    if (image.remaining() < bytes) {
      byte[] larger = Arrays.copyOf(image.array(), 2 * image.capacity() + bytes);
      image = ByteBuffer.wrap(larger).order(ByteOrder.LITTLE_ENDIAN).position(image.position());
    }
  }
}
