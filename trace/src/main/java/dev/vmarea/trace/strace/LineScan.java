// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import dev.vmarea.trace.text.Numbers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds where things end in a line: newline, string, decoration, argument. */
final class LineScan {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final long NEWLINES = '\n' * ONES;

  static final byte ORDINARY = 0;
  static final byte COMMA = 1;
  static final byte OPEN = 2;
  static final byte CLOSE = 3;
  static final byte QUOTE = 4;
  static final byte LESS = 5;
  static final byte NEWLINE = 6;
  static final byte SLASH = 7;

  /** What a byte means between the parentheses of a call. */
  static final byte[] CLASS = new byte[256];

  static {
    CLASS[','] = COMMA;
    CLASS['('] = OPEN;
    CLASS['['] = OPEN;
    CLASS['{'] = OPEN;
    CLASS[')'] = CLOSE;
    CLASS[']'] = CLOSE;
    CLASS['}'] = CLOSE;
    CLASS['"'] = QUOTE;
    CLASS['<'] = LESS;
    CLASS['\n'] = NEWLINE;
    CLASS['/'] = SLASH;
  }

  private LineScan() {}

  /** Eight bytes from {@code at}, the first one lowest. */
  static long word(byte[] b, int at) {
    return (long) WORD.get(b, at);
  }

  /** Index of the first newline in {@code b[from, to)}, or {@code to}. */
  static int newline(byte[] b, int from, int to) {
    int p = from;
    for (; p + 8 <= to; p += 8) {
      long x = word(b, p) ^ NEWLINES;
      // A zero byte of x sets its high bit in t; bytes above the first zero may be wrong, and are
      // not looked at.
      long t = (x - ONES) & ~x & HIGH;
      if (t != 0) {
        return p + (Long.numberOfTrailingZeros(t) >>> 3);
      }
    }
    while (p < to && b[p] != '\n') {
      p++;
    }
    return p;
  }

  /** Index behind the string whose opening quote is at {@code from}, or -1 when it does not end. */
  static int stringEnd(byte[] b, int from, int to) {
    for (int p = from + 1; p < to; p++) {
      if (b[p] == '\\') {
        p++;
      } else if (b[p] == '"') {
        return p + 1;
      }
    }
    return -1;
  }

  /**
   * Index behind the decoration whose {@code <} is at {@code from}, or -1 when it does not end.
   * Paths printed by old versions of strace may contain the closing sign themselves: the one counts
   * that something stands behind which can follow a descriptor.
   */
  static int decorationEnd(byte[] b, int from, int to) {
    for (int p = from + 1; p < to; p++) {
      if (b[p] == '\\') {
        p++;
      } else if (b[p] == '>') {
        int q = deletedEnd(b, p + 1, to);
        if (q >= to || follows(b, q, to)) {
          return q;
        }
      }
    }
    return -1;
  }

  /** Index behind {@code (deleted)} if that stands at {@code at}, else {@code at}. */
  static int deletedEnd(byte[] b, int at, int to) {
    return startsDeleted(b, at, to) ? at + 9 : at;
  }

  private static boolean startsDeleted(byte[] b, int at, int to) {
    return at + 9 <= to && b[at] == '(' && word(b, at + 1) == DELETED;
  }

  private static final long DELETED = word(new byte[] {'d', 'e', 'l', 'e', 't', 'e', 'd', ')'}, 0);

  private static boolean follows(byte[] b, int at, int to) {
    byte c = b[at];
    byte next = at + 1 < to ? b[at + 1] : (byte) '\n';
    return switch (c) {
      case ',' -> next == ' ';
      case ')' -> next == ' ' || next == '\n' || next == ',';
      case ' ' -> next == '<' || next == '(' || next == '[' || next == '=' || next == '-';
      case ']', '}', '\n', '|' -> true;
      default -> false;
    };
  }

  /** Index of the comma or closing bracket that ends the item at {@code from}, or {@code to}. */
  static int itemEnd(byte[] b, int from, int to) {
    int depth = 0;
    for (int p = from; p < to; ) {
      switch (CLASS[b[p] & 0xff]) {
        case COMMA -> {
          if (depth == 0) {
            return p;
          }
          p++;
        }
        case OPEN -> {
          depth++;
          p++;
        }
        case CLOSE -> {
          if (--depth < 0) {
            return p;
          }
          p++;
        }
        case QUOTE -> {
          p = stringEnd(b, p, to);
          if (p < 0) {
            return to;
          }
        }
        case LESS -> p = afterLess(b, p, from, to);
        default -> p++;
      }
    }
    return to;
  }

  /** Index behind a {@code <}: behind the decoration it opens, or just behind it. */
  static int afterLess(byte[] b, int at, int lineFrom, int to) {
    byte before = at > lineFrom ? b[at - 1] : (byte) ' ';
    boolean decorates = before >= '0' && before <= '9' || before == 'D' || before == '/';
    if (!decorates || at + 1 < to && b[at + 1] == '<') {
      return at + (at + 1 < to && b[at + 1] == '<' ? 2 : 1);
    }
    int q = decorationEnd(b, at, to);
    return q < 0 ? at + 1 : q;
  }

  /** Index behind the decimal digits at {@code from}. */
  static int digits(byte[] b, int from, int to) {
    int p = from;
    while (p < to && Numbers.isDigit(b[p])) {
      p++;
    }
    return p;
  }

  /** The value of the decimal digits {@code b[from, to)}, or the largest int if it is larger. */
  static int number(byte[] b, int from, int to) {
    long v = 0;
    for (int p = from; p < to; p++) {
      v = Math.min(v * 10 + (b[p] - '0'), Integer.MAX_VALUE);
    }
    return (int) v;
  }

  /** Index of {@code c} in {@code b[from, to)}, or {@code from - 1}. */
  static int indexOf(byte[] b, byte c, int from, int to) {
    for (int p = from; p < to; p++) {
      if (b[p] == c) {
        return p;
      }
    }
    return from - 1;
  }

  /** Index of the last {@code what} in {@code b[from, to)}, or -1. */
  static int lastIndexOf(byte[] b, byte[] what, int from, int to) {
    for (int p = to - what.length; p >= from; p--) {
      if (startsWith(b, p, to, what)) {
        return p;
      }
    }
    return -1;
  }

  /** Whether {@code what} stands at {@code p}. */
  static boolean startsWith(byte[] b, int p, int to, byte[] what) {
    return to - p >= what.length && Arrays.equals(b, p, p + what.length, what, 0, what.length);
  }

  /** Whether {@code b[from, to)} ends with {@code what}. */
  static boolean endsWith(byte[] b, int from, int to, byte[] what) {
    return to - from >= what.length && startsWith(b, to - what.length, to, what);
  }

  static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.US_ASCII);
  }
}
