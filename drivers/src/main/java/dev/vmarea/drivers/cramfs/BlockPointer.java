// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.cramfs;

/**
 * Where in the image a page of a file is: a word of the image. Zero is a hole.
 *
 * @param word two flags above the address, which counts words of four bytes
 */
record BlockPointer(int word) {
  static final BlockPointer HOLE = new BlockPointer(0);

  private static final int UNCOMPRESSED = 1 << 31;
  private static final int STARTS_THERE = 1 << 30;
  private static final int SHIFT = 2;

  /** For a block at {@code address}: bytes from the beginning of the image, a multiple of 4. */
  static BlockPointer to(long address, boolean compressed) {
    int place = (int) (address >> SHIFT);
    return new BlockPointer(place | STARTS_THERE | (compressed ? 0 : UNCOMPRESSED));
  }

  boolean isHole() {
    return word == 0;
  }

  boolean isCompressed() {
    return (word & UNCOMPRESSED) == 0;
  }

  /** Whether it is there as it is, to be mapped. */
  boolean isDirect() {
    return !isHole() && !isCompressed();
  }

  /** Bytes from the beginning of the image. */
  long address() {
    return (long) (word & ~(UNCOMPRESSED | STARTS_THERE)) << SHIFT;
  }
}
