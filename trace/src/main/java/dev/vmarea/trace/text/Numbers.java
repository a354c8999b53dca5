// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Decimal and hexadecimal numbers in byte arrays, without a string in between. */
public final class Numbers {
  private static final byte[] HEX = new byte[256];
  private static final byte[] DIGITS =
      "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  static {
    java.util.Arrays.fill(HEX, (byte) -1);
    for (int i = 0; i < 10; i++) {
      HEX['0' + i] = (byte) i;
    }
    for (int i = 0; i < 6; i++) {
      HEX['a' + i] = (byte) (10 + i);
      HEX['A' + i] = (byte) (10 + i);
    }
  }

  private Numbers() {}

  /** Value of the hexadecimal digit {@code c}, or -1. */
  public static int hexDigit(byte c) {
    return HEX[c & 0xff];
  }

  /** Whether {@code c} is a decimal digit. */
  public static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  /**
   * Whether {@code text[from, to)} is one whole number as C writes it: decimal with an optional
   * minus sign, octal with a leading 0, or hexadecimal after {@code 0x}; at most 64 bits.
   */
  public static boolean isNumber(byte[] text, int from, int to) {
    int p = from;
    if (p < to && text[p] == '-') {
      p++;
    }
    if (p >= to) {
      return false;
    }
    if (text[p] == '0' && p + 1 < to && text[p + 1] == 'x') {
      if (p + 2 >= to || to - p - 2 > 16) {
        return false;
      }
      for (int q = p + 2; q < to; q++) {
        if (hexDigit(text[q]) < 0) {
          return false;
        }
      }
      return true;
    }
    boolean octal = text[p] == '0' && p + 1 < to;
    if (to - p > (octal ? 23 : 20)) {
      return false;
    }
    for (int q = p; q < to; q++) {
      if (!isDigit(text[q]) || octal && text[q] > '7') {
        return false;
      }
    }
    return to - p < 20 || octal || fitsUnsigned(text, p);
  }

  private static boolean fitsUnsigned(byte[] text, int from) {
    byte[] max = "18446744073709551615".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return java.util.Arrays.compareUnsigned(text, from, from + 20, max, 0, 20) <= 0;
  }

  /** The value of {@code text[from, to)}, for which {@link #isNumber} must hold. */
  public static long parse(byte[] text, int from, int to) {
    int p = from;
    boolean negative = text[p] == '-';
    if (negative) {
      p++;
    }
    long v = 0;
    if (text[p] == '0' && p + 1 < to) {
      if (text[p + 1] == 'x') {
        for (p += 2; p < to; p++) {
          v = v << 4 | hexDigit(text[p]);
        }
      } else {
        for (p++; p < to; p++) {
          v = v << 3 | (text[p] - '0');
        }
      }
    } else {
      for (; p < to; p++) {
        v = v * 10 + (text[p] - '0');
      }
    }
    return negative ? -v : v;
  }

  /**
   * Writes {@code value} as lower-case hexadecimal of at least {@code minDigits} digits.
   *
   * @return the index behind the last digit
   */
  public static int putHex(byte[] out, int at, long value, int minDigits) {
    int digits = Math.max(minDigits, (67 - Long.numberOfLeadingZeros(value | 1)) / 4);
    if (digits < 8 || digits > 16) {
      for (int i = digits - 1; i >= 0; i--) {
        out[at + i] = DIGITS[(int) value & 15];
        value >>>= 4;
      }
      return at + digits;
    }
    int high = digits - 8;
    if (high > 0) { // eight places are written, the lower digits then overwrite the excess
      EIGHT_BYTES.set(out, at, eightDigits(value >>> 32) << 8 * (8 - high));
    }
    EIGHT_BYTES.set(out, at + high, eightDigits(value));
    return at + digits;
  }

  /** The lower half of {@code value} as eight hexadecimal digits in ASCII, the first one on top. */
  private static long eightDigits(long value) {
    long spread = value & 0xffffffffL;
    spread = (spread | spread << 16) & 0x0000ffff0000ffffL;
    spread = (spread | spread << 8) & 0x00ff00ff00ff00ffL;
    spread = (spread | spread << 4) & 0x0f0f0f0f0f0f0f0fL;
    long letters = (spread + 0x0606060606060606L) >>> 4 & 0x0101010101010101L;
    return spread + 0x3030303030303030L + letters * ('a' - '0' - 10);
  }
}
