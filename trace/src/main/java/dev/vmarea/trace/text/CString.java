// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.text;

import java.nio.charset.StandardCharsets;

/**
 * Byte strings with C escapes, as strace prints them: printable ASCII as it is, the rest as {@code
 * \n} and its kin or as octal.
 */
public final class CString {
  private CString() {}

  /** {@code raw} escaped and in double quotes. */
  public static String quote(byte[] raw) {
    StringBuilder out = new StringBuilder(raw.length + 2).append('"');
    escape(raw, 0, raw.length, "", out);
    return out.append('"').toString();
  }

  /**
   * Appends {@code raw[from, to)} escaped, the bytes of {@code also} as octal besides. The output
   * is printable ASCII whatever the input is.
   */
  public static void escape(byte[] raw, int from, int to, String also, StringBuilder out) {
    for (int i = from; i < to; i++) {
      int c = raw[i] & 0xff;
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        case 0x0b -> out.append("\\v");
        case '\f' -> out.append("\\f");
        default -> {
          if (c >= ' ' && c <= '~' && also.indexOf(c) < 0) {
            out.append((char) c);
          } else {
            boolean digitFollows = i + 1 < to && raw[i + 1] >= '0' && raw[i + 1] <= '9';
            out.append('\\');
            if (digitFollows || c >= 0100) {
              out.append((char) ('0' + (c >> 6)));
            }
            if (digitFollows || c >= 010) {
              out.append((char) ('0' + (c >> 3 & 7)));
            }
            out.append((char) ('0' + (c & 7)));
          }
        }
      }
    }
  }

  /** {@code raw} escaped for a message, cut after {@code max} bytes. */
  public static String excerpt(byte[] raw, int from, int to, int max) {
    StringBuilder out = new StringBuilder();
    escape(raw, from, Math.min(to, from + max), "", out);
    if (to - from > max) {
      out.append("...");
    }
    return out.toString();
  }

  /** The bytes that the ISO-8859-1 string {@code raw} stands for, escaped and in double quotes. */
  public static String quote(String raw) {
    return quote(raw.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * The bytes that {@code text[from, to)}, without quotes, stands for. A backslash that starts no
   * known escape stands for itself.
   */
  public static byte[] unescape(byte[] text, int from, int to) {
    byte[] out = new byte[to - from];
    int n = 0;
    int p = from;
    while (p < to) {
      byte c = text[p++];
      if (c != '\\' || p == to) {
        out[n++] = c;
        continue;
      }
      c = text[p++];
      switch (c) {
        case 'n' -> out[n++] = '\n';
        case 't' -> out[n++] = '\t';
        case 'r' -> out[n++] = '\r';
        case 'v' -> out[n++] = 0x0b;
        case 'f' -> out[n++] = '\f';
        case 'a' -> out[n++] = 7;
        case 'b' -> out[n++] = '\b';
        case 'x' -> {
          int v = 0;
          int digits = 0;
          while (digits < 2 && p < to && Numbers.hexDigit(text[p]) >= 0) {
            v = v << 4 | Numbers.hexDigit(text[p++]);
            digits++;
          }
          if (digits == 0) {
            out[n++] = '\\';
            out[n++] = 'x';
          } else {
            out[n++] = (byte) v;
          }
        }
        default -> {
          if (c >= '0' && c <= '7') {
            int v = c - '0';
            for (int i = 0; i < 2 && p < to && text[p] >= '0' && text[p] <= '7'; i++) {
              v = v << 3 | (text[p++] - '0');
            }
            out[n++] = (byte) v;
          } else {
            if (c != '"' && c != '\\' && c != '\'') {
              out[n++] = '\\';
            }
            out[n++] = c;
          }
        }
      }
    }
    return java.util.Arrays.copyOf(out, n);
  }
}
