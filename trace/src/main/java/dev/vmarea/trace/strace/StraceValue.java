// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import dev.vmarea.trace.text.CString;
import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An argument, a field or an element of a call, or its result, as printed. Detached from the record
 * it came from; problems of decoding go to that record's reader.
 */
public final class StraceValue {
  private static final byte[] DELETED = "(deleted)".getBytes(StandardCharsets.US_ASCII);

  private final byte[] text;
  private final StraceRecord owner;

  StraceValue(byte[] text, StraceRecord owner) {
    this.text = text;
    this.owner = owner;
  }

  /** The text as printed. */
  public String text() {
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /**
   * The number here: decimal, octal, hexadecimal, {@code NULL}, a name, flags, or a descriptor with
   * its decoration. 0 and a reported problem when there is none.
   */
  public long asLong() {
    int to = numberEnd();
    return owner.decode(text, 0, to);
  }

  /** Whether this is a number, possibly decorated, without any name. */
  public boolean isNumber() {
    return Numbers.isNumber(text, 0, numberEnd());
  }

  /** Whether this is {@code NULL} or 0. */
  public boolean isNull() {
    return text().equals("NULL") || text().equals("0");
  }

  // A descriptor's decoration starts at the first '<' that is not a shift.
  private int numberEnd() {
    int at = decoration();
    return at < 0 ? text.length : at;
  }

  private int decoration() {
    byte first = text.length == 0 ? (byte) ' ' : text[0];
    if (!Numbers.isDigit(first) && first != '-' && first != 'A') {
      return -1;
    }
    for (int i = 1; i + 1 < text.length; i++) {
      if (text[i] == '<') {
        return text[i + 1] == '<' ? -1 : i;
      }
    }
    return -1;
  }

  /**
   * What {@code -y} printed behind a descriptor, unescaped, without the device that {@code -yy}
   * adds ({@code </dev/null<char 1:3>>}); null when it printed nothing.
   */
  public byte @Nullable [] fdPath() {
    int at = decoration();
    if (at < 0) {
      return null;
    }
    int to = text.length - (fdDeleted() ? DELETED.length : 0);
    if (to > at + 1 && text[to - 1] == '>') {
      to--;
    }
    return CString.unescape(text, at + 1, device(at + 1, to));
  }

  private int device(int from, int to) {
    if (to > from && text[from] == '/' && text[to - 1] == '>') {
      String inside = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
      int at = Math.max(inside.lastIndexOf("<char "), inside.lastIndexOf("<block "));
      if (at > 0) {
        return from + at;
      }
    }
    return to;
  }

  /** Whether {@code (deleted)} stands behind the decoration. */
  public boolean fdDeleted() {
    int n = text.length - DELETED.length;
    return n > 0
        && text[n - 1] == '>'
        && Arrays.equals(text, n, text.length, DELETED, 0, DELETED.length);
  }

  /** The bytes of the string here, escapes undone; null when this is not a string. */
  public byte @Nullable [] bytes() {
    if (text.length < 2 || text[0] != '"') {
      return null;
    }
    int close = LineScan.stringEnd(text, 0, text.length);
    return close < 0 ? null : CString.unescape(text, 1, close - 1);
  }

  /** Whether strace cut the string ({@code "abc"...}). */
  public boolean truncated() {
    int close = text.length > 0 && text[0] == '"' ? LineScan.stringEnd(text, 0, text.length) : -1;
    return close > 0 && close + 3 <= text.length && text[close] == '.';
  }

  /** Field {@code name} of the structure {@code {a=1, name=2}} here; null when there is none. */
  public @Nullable StraceValue field(String name) {
    if (text.length == 0 || text[0] != '{') {
      return null;
    }
    byte[] key = (name + "=").getBytes(StandardCharsets.US_ASCII);
    for (int from = 1; from > 0 && from < text.length; ) {
      int to = LineScan.itemEnd(text, from, text.length);
      if (startsWith(key, from, to)) {
        return new StraceValue(Arrays.copyOfRange(text, from + key.length, to), owner);
      }
      from = next(to);
    }
    return null;
  }

  /** Element {@code index} of the array {@code [a, b]} here; null when there is none. */
  public @Nullable StraceValue element(int index) {
    if (text.length == 0 || text[0] != '[') {
      return null;
    }
    int i = 0;
    for (int from = 1; from > 0 && from < text.length; i++) {
      int to = LineScan.itemEnd(text, from, text.length);
      if (i == index && to > from) {
        return new StraceValue(Arrays.copyOfRange(text, from, to), owner);
      }
      from = next(to);
    }
    return null;
  }

  /** What stands behind {@code " => "}: the value after the call; null when there is none. */
  public @Nullable StraceValue after() {
    int at = text().lastIndexOf(" => ");
    return at < 0 ? null : new StraceValue(Arrays.copyOfRange(text, at + 4, text.length), owner);
  }

  @Nullable StraceValue named(String name) {
    byte[] key = (name + "=").getBytes(StandardCharsets.US_ASCII);
    return startsWith(key, 0, text.length)
        ? new StraceValue(Arrays.copyOfRange(text, key.length, text.length), owner)
        : null;
  }

  private boolean startsWith(byte[] key, int from, int to) {
    return to - from >= key.length
        && Arrays.equals(text, from, from + key.length, key, 0, key.length);
  }

  // The start of the item behind the one that ends at `to`, or -1 behind the last one.
  private int next(int to) {
    if (to >= text.length || text[to] != ',') {
      return -1;
    }
    int p = to + 1;
    while (p < text.length && text[p] == ' ') {
      p++;
    }
    return p;
  }

  @Override
  public String toString() {
    return CString.excerpt(text, 0, text.length, 200);
  }
}
