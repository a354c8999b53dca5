// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

/**
 * A set of page-aligned addresses in bounded space. Once full it answers "contained" for
 * everything: it is used to refuse conclusions, and must not refuse a right one.
 */
final class AddressSet {
  private static final int LIMIT = 1 << 20;

  private long[] slots = new long[64];
  private int size;
  private boolean full;

  void add(long address) {
    if (full || address == 0) {
      return;
    }
    if (size * 2 >= slots.length && !grow()) {
      return;
    }
    int at = find(slots, address);
    if (slots[at] == 0) {
      slots[at] = address;
      size++;
    }
  }

  boolean contains(long address) {
    return full || slots[find(slots, address)] == address;
  }

  AddressSet copy() {
    AddressSet copy = new AddressSet();
    copy.slots = slots.clone();
    copy.size = size;
    copy.full = full;
    return copy;
  }

  private boolean grow() {
    if (slots.length >= LIMIT) {
      full = true;
      slots = new long[2];
      return false;
    }
    long[] larger = new long[slots.length * 2];
    for (long address : slots) {
      if (address != 0) {
        larger[find(larger, address)] = address;
      }
    }
    slots = larger;
    return true;
  }

  private static int find(long[] slots, long address) {
    int mask = slots.length - 1;
    int at = (int) ((address >>> 12) * 0x9E3779B97F4A7C15L >>> 40) & mask;
    while (slots[at] != 0 && slots[at] != address) {
      at = (at + 1) & mask;
    }
    return at;
  }
}
