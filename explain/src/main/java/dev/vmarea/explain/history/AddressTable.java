// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import java.util.function.IntUnaryOperator;

/** Numbers above 0 by page-aligned addresses above 0: a hash table of 12 bytes a slot. */
final class AddressTable {
  private static final int FIRST = 64;

  private long[] keys;
  private int[] values;
  private int size;

  AddressTable() {
    keys = new long[FIRST];
    values = new int[FIRST];
  }

  private AddressTable(AddressTable same, IntUnaryOperator value) {
    keys = same.keys.clone();
    values = same.values.clone();
    size = same.size;
    for (int i = 0; i < values.length; i++) {
      values[i] = keys[i] == 0 ? 0 : value.applyAsInt(values[i]);
    }
  }

  /** A copy with each value replaced. */
  AddressTable copy(IntUnaryOperator value) {
    return new AddressTable(this, value);
  }

  /** The value at {@code address}, or 0. */
  int get(long address) {
    return values[slot(address)];
  }

  /** Sets the value and returns the one before, or 0. */
  int put(long address, int value) {
    int slot = slot(address);
    int before = values[slot];
    if (keys[slot] == 0) {
      keys[slot] = address;
      size++;
    }
    values[slot] = value;
    if (size * 2 > keys.length) {
      grow();
    }
    return before;
  }

  /** Removes the address and returns the value it had, or 0. */
  int remove(long address) {
    int slot = slot(address);
    int before = values[slot];
    if (keys[slot] == 0) {
      return 0;
    }
    size--;
    int mask = keys.length - 1;
    int hole = slot;
    for (int at = hole + 1 & mask; keys[at] != 0; at = at + 1 & mask) {
      // Whoever could not have its own slot moves up, unless the hole lies before that slot.
      int home = home(keys[at]);
      if ((at - home & mask) >= (at - hole & mask)) {
        keys[hole] = keys[at];
        values[hole] = values[at];
        hole = at;
      }
    }
    keys[hole] = 0;
    values[hole] = 0;
    return before;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  private int slot(long address) {
    int mask = keys.length - 1;
    int at = home(address);
    while (keys[at] != 0 && keys[at] != address) {
      at = at + 1 & mask;
    }
    return at;
  }

  private int home(long address) {
    return (int) ((address >>> 12) * 0x9E3779B97F4A7C15L >>> 32) & keys.length - 1;
  }
}
