// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

/**
 * Something that keeps mappings: the model, its tree alone, the running kernel, a sorted map.
 * Addresses and lengths in bytes, page aligned; {@code prot} is 0 or PROT_ bits. A failing call
 * throws.
 */
public interface Subject {
  /** Maps anonymous private memory over whatever is there. */
  void map(long start, long end, int prot);

  /** Takes out whatever is there. */
  void unmap(long start, long end);

  /** Changes the protection of a part of one mapping. */
  void protect(long start, long end, int prot);

  /** Number of mappings in the arena. */
  int count();

  /** Maps {@code bytes} where there is room and takes them out again. */
  default void mapAnywhere(long bytes) {
    throw new UnsupportedOperationException();
  }

  /** Start of the mapping that contains {@code address}. */
  default long lookup(long address) {
    throw new UnsupportedOperationException();
  }

  /** End of the highest gap of at least {@code bytes} below {@code high}. */
  default long gapBelow(long high, long bytes) {
    throw new UnsupportedOperationException();
  }

  /** Start of the lowest gap of at least {@code bytes} above {@code low}. */
  default long gapAbove(long low, long bytes) {
    throw new UnsupportedOperationException();
  }

  /** A call that does nothing. */
  default void empty() {
    throw new UnsupportedOperationException();
  }

  /** Whether a gap search walks from mapping to mapping, so that only a few are affordable. */
  default boolean searchesLinearly() {
    return false;
  }
}
