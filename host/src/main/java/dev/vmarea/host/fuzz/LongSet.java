// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

/** A set of hashes, with open addressing; counts no more than it has room for. */
final class LongSet {
  private final int most;
  private long[] table = new long[1 << 12];
  private int size;

  /** A set of at most {@code most} numbers, a power of two; 0 is no member. */
  LongSet(final int most) {
    this.most = most;
  }

  void add(final long value) {
    if (value == 0 || size >= most) {
      return;
    }
    if (size * 2 >= table.length) {
      final long[] old = table;
      table = new long[old.length * 2];
      for (final long member : old) {
        if (member != 0) {
          place(member);
        }
      }
    }
    size += place(value) ? 1 : 0;
  }

  private boolean place(final long value) {
    int at = (int) (value ^ value >>> 32) & table.length - 1;
    while (table[at] != 0) {
      if (table[at] == value) {
        return false;
      }
      at = at + 1 & table.length - 1;
    }
    table[at] = value;
    return true;
  }

  int size() {
    return size;
  }
}
