// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes what strace prints for flags: {@code A|B}, {@code 0x200}, {@code 21<<MAP_HUGE_SHIFT},
 * {@code 8192*1024}, and comments as in {@code 0x66 /* MADV_??? *}{@code /}.
 *
 * <p>A log repeats the same few texts, so results are kept in a small cache indexed by a hash of
 * the bytes. Not thread-safe.
 */
final class FlagWords {
  private static final int SLOTS = 256;

  private final byte[][] keys = new byte[SLOTS][];
  private final long[] values = new long[SLOTS];
  private int unknownAt = -1;

  /** The value of {@code text[from, to)}; parts that are not known count as 0. */
  long decode(byte[] text, int from, int to) {
    unknownAt = -1;
    int slot = slot(text, from, to);
    byte[] key = keys[slot];
    if (key != null && Arrays.equals(key, 0, key.length, text, from, to)) {
      return values[slot];
    }
    long v = decodeSlowly(text, from, to);
    if (unknownAt < 0 && to - from <= 256) {
      keys[slot] = Arrays.copyOfRange(text, from, to);
      values[slot] = v;
    }
    return v;
  }

  /** Offset of the first part that the last {@link #decode} did not know, or -1. */
  int unknownAt() {
    return unknownAt;
  }

  private static int slot(byte[] text, int from, int to) {
    int h = to - from;
    // The ends tell flag words apart: they share prefixes such as MAP_PRIVATE.
    for (int i = Math.max(from, to - 12); i < to; i++) {
      h = h * 31 + text[i];
    }
    return (h ^ h >>> 8) & (SLOTS - 1);
  }

  private long decodeSlowly(byte[] text, int from, int to) {
    long v = 0;
    int p = from;
    while (true) {
      int partEnd = p;
      while (partEnd < to && text[partEnd] != '|' && text[partEnd] != '/') {
        partEnd++;
      }
      v |= part(text, p, trimEnd(text, p, partEnd));
      p = skipComment(text, partEnd, to);
      if (p >= to) {
        return v;
      }
      if (text[p] != '|') {
        unknown(p);
        return v;
      }
      p++;
    }
  }

  private static int trimEnd(byte[] text, int from, int to) {
    while (to > from && text[to - 1] == ' ') {
      to--;
    }
    return to;
  }

  private static int skipComment(byte[] text, int p, int to) {
    if (p + 1 < to && text[p] == '/' && text[p + 1] == '*') {
      for (p += 2; p + 1 < to; p++) {
        if (text[p] == '*' && text[p + 1] == '/') {
          p += 2;
          while (p < to && text[p] == ' ') {
            p++;
          }
          return p;
        }
      }
      return to;
    }
    return p;
  }

  private long part(byte[] text, int from, int to) {
    for (int i = from + 1; i + 1 < to; i++) {
      if (text[i] == '<' && text[i + 1] == '<') {
        return word(text, from, i) << word(text, i + 2, to);
      }
      if (text[i] == '*') {
        return word(text, from, i) * word(text, i + 1, to);
      }
    }
    return word(text, from, to);
  }

  private long word(byte[] text, int from, int to) {
    if (Numbers.isNumber(text, from, to)) {
      return Numbers.parse(text, from, to);
    }
    Long v =
        to - from > 64
            ? null
            : Symbols.value(new String(text, from, to - from, StandardCharsets.ISO_8859_1));
    if (v == null) {
      unknown(from);
      return 0;
    }
    return v;
  }

  private void unknown(int at) {
    if (unknownAt < 0) {
      unknownAt = at;
    }
  }
}
