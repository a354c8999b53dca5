// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static dev.vmarea.trace.strace.LineScan.word;

import dev.vmarea.trace.text.Numbers;

/**
 * The inner loop: a call's name, the borders of its arguments, its result. Reads on bytes up to the
 * end of the line; numbers are decoded only for the result.
 */
final class CallParser {
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final long OPENS = '(' * ONES;

  private final StraceRecord r;
  private int errorAt;
  private String error = "";

  CallParser(StraceRecord record) {
    r = record;
  }

  int errorAt() {
    return errorAt;
  }

  String error() {
    return error;
  }

  private boolean fail(int at, String what) {
    errorAt = at;
    error = what;
    return false;
  }

  /** Sets the call's name; returns the index of its parenthesis, or -1 when there is no call. */
  int name(byte[] b, int from, int to) {
    int p = from;
    for (; p < to; p += 8) {
      long x = word(b, p) ^ OPENS;
      long t = (x - ONES) & ~x & HIGH;
      if (t != 0) {
        p += Long.numberOfTrailingZeros(t) >>> 3;
        break;
      }
    }
    if (p >= to) {
      return -1;
    }
    r.nameFrom = from;
    r.nameTo = p;
    r.call = SyscallLookup.find(b, from, p);
    if (r.call == SyscallName.OTHER) {
      for (int q = from; q < p; q++) {
        byte c = b[q];
        if (!(c >= 'a' && c <= 'z' || c == '_' || Numbers.isDigit(c) || c == '?')) {
          return -1;
        }
      }
    }
    return p;
  }

  /** The arguments of a first half, {@code b[from, to)}: no parenthesis closes them. */
  void partialArguments(byte[] b, int from, int to) {
    int stop = scanArguments(b, from, to);
    if (stop < to) {
      // A closing bracket too many: keep what stood before it.
      return;
    }
  }

  /** The arguments from {@code from}, the closing parenthesis and the result. */
  boolean arguments(byte[] b, int from, int to) {
    int close = scanArguments(b, from, to);
    if (close >= to || b[close] != ')') {
      if (r.call != SyscallName.OTHER) {
        return fail(Math.min(close, to), "the call does not end");
      }
      // Not one of ours: only its result matters, if there is one.
      close = lastResult(b, from, to);
      if (close < 0) {
        return fail(to, "the call does not end");
      }
      r.argCount = 0;
    }
    int p = close + 1;
    while (p < to && b[p] == ' ') {
      p++;
    }
    if (p + 2 > to || b[p] != '=') {
      return fail(p, "no result behind the call");
    }
    return result(b, p + 1, to);
  }

  private static int lastResult(byte[] b, int from, int to) {
    for (int p = to - 4; p >= from; p--) {
      if (b[p] == ')' && b[p + 1] == ' ') {
        int q = p + 1;
        while (q < to && b[q] == ' ') {
          q++;
        }
        if (q < to && b[q] == '=') {
          return p;
        }
      }
    }
    return -1;
  }

  /** Cuts arguments; returns the index of the bracket that closes the call, or {@code to}. */
  private int scanArguments(byte[] b, int from, int to) {
    final byte[] classes = LineScan.CLASS;
    int depth = 0;
    int count = 0;
    int start = from;
    int p = from;
    while (true) {
      byte k = 0;
      while (p < to && (k = classes[b[p] & 0xff]) == LineScan.ORDINARY) {
        p++;
      }
      if (p >= to) {
        r.argCount = close(b, count, start, to);
        return to;
      }
      switch (k) {
        case LineScan.COMMA -> {
          if (depth == 0) {
            if (count < StraceRecord.MAX_ARGS) {
              r.argFrom[count] = start;
              r.argTo[count] = p;
              count++;
            }
            p++;
            if (p < to && b[p] == ' ') {
              p++;
            }
            start = p;
          } else {
            p++;
          }
        }
        case LineScan.OPEN -> {
          depth++;
          p++;
        }
        case LineScan.CLOSE -> {
          if (depth == 0) {
            r.argCount = close(b, count, start, p);
            return p;
          }
          depth--;
          p++;
        }
        case LineScan.QUOTE -> {
          int e = LineScan.stringEnd(b, p, to);
          if (e < 0) {
            r.argCount = count;
            return to;
          }
          p = e;
        }
        case LineScan.LESS -> p = LineScan.afterLess(b, p, from, to);
        case LineScan.SLASH -> p = comment(b, p, to);
        default -> p++;
      }
    }
  }

  // An empty text behind the last comma is no argument: strace was cut there.
  private int close(byte[] b, int count, int start, int end) {
    int e = end;
    // A call that a killed thread never finished: "futex(0x1, ... <unfinished ...>) = ?".
    if (e - start >= 16 && b[e - 1] == '>' && word(b, e - 8) == word(HED_DOTS, 0)) {
      e -= 16;
    }
    while (e > start && b[e - 1] == ' ') {
      e--;
    }
    if (e > start && count < StraceRecord.MAX_ARGS) {
      r.argFrom[count] = start;
      r.argTo[count] = e;
      count++;
    }
    return count;
  }

  private static final byte[] HED_DOTS = LineScan.bytes("hed ...>");

  private static int comment(byte[] b, int p, int to) {
    if (p + 1 < to && b[p + 1] == '*') {
      for (int q = p + 2; q + 1 < to; q++) {
        if (b[q] == '*' && b[q + 1] == '/') {
          return q + 2;
        }
      }
    }
    return p + 1;
  }

  private boolean result(byte[] b, int from, int to) {
    int p = from;
    while (p < to && b[p] == ' ') {
      p++;
    }
    r.resultFrom = p;
    if (p >= to) {
      return fail(p, "no result behind the equals sign");
    }
    byte c = b[p];
    if (c == '?') {
      r.resultKind = ResultKind.UNKNOWN;
      r.resultTo = p + 1;
      r.tailFrom = p + 1;
      return true;
    }
    long v = 0;
    int q = p;
    if (c == '0' && p + 1 < to && b[p + 1] == 'x') {
      q += 2;
      int digit;
      while (q < to && (digit = Numbers.hexDigit(b[q])) >= 0) {
        v = v << 4 | digit;
        q++;
      }
      if (q == p + 2 || q - p > 18) {
        return fail(p, "not a result");
      }
    } else {
      if (c == '-') {
        q++;
      }
      int first = q;
      int base = c == '0' ? 8 : 10;
      while (q < to && Numbers.isDigit(b[q])) {
        v = v * base + (b[q] - '0');
        q++;
      }
      if (q == first || q - first > 20) {
        return fail(p, "not a result");
      }
      if (c == '-') {
        v = -v;
      }
    }
    r.resultKind = ResultKind.VALUE;
    r.result = v;
    r.tailFrom = q;
    if (q < to) {
      if (b[q] == '<') {
        q = resultPathEnd(b, q, to);
        r.tailFrom = q;
      } else if (v == -1 && c == '-' && !error(b, q, to)) {
        return fail(q, "unknown errno");
      }
      if (q < to && b[q] != ' ') {
        return fail(q, "not a result");
      }
    }
    r.resultTo = q;
    return true;
  }

  // Behind a returned descriptor's path only the time spent can stand, so that the last closing
  // sign is the path's own, whatever the path contains.
  private static int resultPathEnd(byte[] b, int from, int to) {
    int e = to;
    if (b[e - 1] == '>') {
      int p = e - 2;
      while (p > from && (Numbers.isDigit(b[p]) || b[p] == '.')) {
        p--;
      }
      if (b[p] == '<' && b[p - 1] == ' ' && p > from) {
        e = p - 1;
      }
    }
    int close = e - 1;
    while (close > from && b[close] != '>') {
      close--;
    }
    return close == from ? from : LineScan.deletedEnd(b, close + 1, to);
  }

  /** Reads {@code " ENAME (text)"} or {@code " (errno 600)"}; false for a name not known. */
  private boolean error(byte[] b, int at, int to) {
    int p = at;
    while (p < to && b[p] == ' ') {
      p++;
    }
    int number = 0;
    if (p < to && b[p] == 'E') {
      int e = p;
      while (e < to && b[e] != ' ') {
        e++;
      }
      number = Errnos.number(b, p, e);
      if (number == 0) {
        return false;
      }
    } else if (p + 7 < to && b[p] == '(' && b[p + 1] == 'e' && b[p + 5] == 'o') {
      for (int q = p + 7; q < to && q < p + 13 && Numbers.isDigit(b[q]); q++) {
        number = number * 10 + (b[q] - '0');
      }
    }
    if (number > 0) {
      r.resultKind = ResultKind.ERROR;
      r.result = -number;
    }
    return true;
  }
}
