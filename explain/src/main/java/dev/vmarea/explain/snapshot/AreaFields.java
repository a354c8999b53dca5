// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import dev.vmarea.base.VmFlags;
import dev.vmarea.trace.text.Numbers;

/** What is needed of the fields that smaps prints of one area. Used again for the next one. */
final class AreaFields {
  private static final int KIB_SHIFT = 2; // pages of 4 KiB
  private static final int LETTERS = 26;
  private static final long[] FLAGS = new long[LETTERS * LETTERS];

  static {
    for (int bit = 0; bit < Long.SIZE; bit++) {
      String name = VmFlags.mnemonic(bit);
      if (name.length() == 2 && name.charAt(0) != '?') {
        FLAGS[(name.charAt(0) - 'a') * LETTERS + name.charAt(1) - 'a'] = 1L << bit;
      }
    }
  }

  private long resident;
  private long anonymous;
  private long swapped;
  private long key;
  private long flags;
  private boolean hasFlags;
  private boolean any;

  void clear() {
    resident = 0;
    anonymous = 0;
    swapped = 0;
    key = 0;
    flags = 0;
    hasFlags = false;
    any = false;
  }

  boolean isEmpty() {
    return !any;
  }

  boolean hasFlags() {
    return hasFlags;
  }

  long flags() {
    return flags | key << VmFlags.PKEY_SHIFT & VmFlags.PKEY_MASK;
  }

  long anonymousPages() {
    return (anonymous + swapped) >> KIB_SHIFT;
  }

  long residentPages() {
    return resident >> KIB_SHIFT;
  }

  /**
   * Takes a line.
   *
   * @return whether it is one
   */
  boolean add(byte[] b, int from, int to) {
    any = true;
    int colon = from;
    while (colon < to && b[colon] != ':') {
      colon++;
    }
    if (colon == to) {
      return false;
    }
    int length = colon - from;
    switch (b[from]) {
      case 'R' -> {
        if (length == 3) {
          resident = number(b, colon + 1, to);
          return resident >= 0;
        }
      }
      case 'A' -> {
        if (length == 9) {
          anonymous = number(b, colon + 1, to);
          return anonymous >= 0;
        }
      }
      case 'S' -> {
        if (length == 4 && b[from + 1] == 'w') {
          swapped = number(b, colon + 1, to);
          return swapped >= 0;
        }
      }
      case 'P' -> {
        if (length == 13 && b[from + 1] == 'r' && b[from + 10] == 'K') {
          key = number(b, colon + 1, to);
          return key >= 0;
        }
      }
      case 'V' -> {
        if (length == 7) {
          hasFlags = true;
          return flags(b, colon + 1, to);
        }
      }
      default -> {}
    }
    return true;
  }

  private static long number(byte[] b, int from, int to) {
    int p = from;
    while (p < to && b[p] == ' ') {
      p++;
    }
    long value = 0;
    int first = p;
    for (; p < to && Numbers.isDigit(b[p]); p++) {
      value = value * 10 + (b[p] - '0');
      if (value > Long.MAX_VALUE >> 8) {
        return -1;
      }
    }
    return p == first ? -1 : value;
  }

  private boolean flags(byte[] b, int from, int to) {
    int p = from;
    while (p < to) {
      if (b[p] == ' ') {
        p++;
        continue;
      }
      if (p + 2 > to || p + 2 < to && b[p + 2] != ' ') {
        return false;
      }
      int high = b[p] - 'a';
      int low = b[p + 1] - 'a';
      // What this kernel calls a flag and another does not know counts for nothing.
      if (high >= 0 && high < LETTERS && low >= 0 && low < LETTERS) {
        flags |= FLAGS[high * LETTERS + low];
      }
      p += 2;
    }
    return true;
  }
}
