// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.util.Arrays;

/**
 * Finds a {@link SyscallName} by its bytes: a hash table over the first eight bytes and the length,
 * so that the usual case is one load, one multiplication and one comparison.
 */
final class SyscallLookup {
  private static final int SLOTS = 1024;
  private static final long[] HEAD = new long[SLOTS];
  private static final SyscallName[] CALL = new SyscallName[SLOTS];

  // What strace versions older than a call print instead of its name; these numbers are the same
  // on every architecture.
  private static final String[][] BY_NUMBER = {
    {"syscall_0x1c5", "MAP_SHADOW_STACK"},
    {"syscall_0x1ce", "MSEAL"},
    {"syscall_453", "MAP_SHADOW_STACK"},
    {"syscall_462", "MSEAL"},
  };

  static {
    for (SyscallName call : SyscallName.values()) {
      if (call != SyscallName.OTHER) {
        byte[] name = Arrays.copyOf(call.bytes(), call.bytes().length + 8);
        long head = head(name, 0, call.bytes().length);
        int slot = slot(head, call.bytes().length);
        while (CALL[slot] != null) {
          slot = (slot + 1) & (SLOTS - 1);
        }
        HEAD[slot] = head;
        CALL[slot] = call;
      }
    }
  }

  private SyscallLookup() {}

  /** The call named {@code text[from, to)}; the array must have eight bytes behind {@code from}. */
  static SyscallName find(byte[] text, int from, int to) {
    int length = to - from;
    long head = head(text, from, length);
    int slot = slot(head, length);
    for (SyscallName call; (call = CALL[slot]) != null; slot = (slot + 1) & (SLOTS - 1)) {
      byte[] name = call.bytes();
      if (HEAD[slot] == head
          && name.length == length
          && (length <= 8 || Arrays.equals(name, 8, length, text, from + 8, to))) {
        return call;
      }
    }
    return length > 8 && text[from] == 's' && text[from + 7] == '_'
        ? numbered(text, from, to)
        : SyscallName.OTHER;
  }

  private static SyscallName numbered(byte[] text, int from, int to) {
    for (String[] pair : BY_NUMBER) {
      if (pair[0].length() == to - from
          && pair[0].equals(
              new String(text, from, to - from, java.nio.charset.StandardCharsets.US_ASCII))) {
        return SyscallName.valueOf(pair[1]);
      }
    }
    return SyscallName.OTHER;
  }

  private static long head(byte[] text, int from, int length) {
    long word = LineScan.word(text, from);
    return length >= 8 ? word : word & ((1L << (length << 3)) - 1);
  }

  private static int slot(long head, int length) {
    long h = (head + length) * 0x9E3779B97F4A7C15L;
    return (int) (h >>> 54);
  }
}
