// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;

/** The seldom used ends of a line: instruction pointer, notes, time spent. */
final class RecordTail {
  private RecordTail() {}

  static long instructionPointer(StraceRecord r) {
    int p = r.ipFrom;
    if (p <= 0) {
      return 0;
    }
    long v = 0;
    for (; Numbers.hexDigit(r.head[p]) >= 0; p++) {
      v = v << 4 | Numbers.hexDigit(r.head[p]);
    }
    return v;
  }

  static String note(StraceRecord r) {
    if (r.resultTo == r.startOfLine) {
      return "";
    }
    int to = durationAt(r);
    int end = to < 0 ? r.end : to;
    if (r.tailFrom >= end) {
      return "";
    }
    return new String(r.text, r.tailFrom, end - r.tailFrom, StandardCharsets.ISO_8859_1).strip();
  }

  static long durationNanos(StraceRecord r) {
    int at = durationAt(r);
    if (at < 0) {
      return -1;
    }
    long seconds = 0;
    int p = at + 1;
    for (; Numbers.isDigit(r.text[p]); p++) {
      seconds = seconds * 10 + (r.text[p] - '0');
    }
    long nanos = 0;
    int digits = 0;
    for (p++; Numbers.isDigit(r.text[p]); p++) {
      if (digits < 9) {
        nanos = nanos * 10 + (r.text[p] - '0');
        digits++;
      }
    }
    for (; digits < 9; digits++) {
      nanos *= 10;
    }
    return seconds * 1_000_000_000L + nanos;
  }

  /** Offset of the {@code <} of {@code <0.000012>} at the end of the line, or -1. */
  private static int durationAt(StraceRecord r) {
    int p = r.end - 1;
    if (r.resultKind == ResultKind.NONE || p <= r.tailFrom || r.text[p] != '>') {
      return -1;
    }
    int dots = 0;
    for (p--; p >= r.tailFrom; p--) {
      byte c = r.text[p];
      if (c == '.') {
        dots++;
      } else if (c == '<') {
        return dots == 1 && Numbers.isDigit(r.text[p + 1]) ? p : -1;
      } else if (!Numbers.isDigit(c)) {
        return -1;
      }
    }
    return -1;
  }
}
