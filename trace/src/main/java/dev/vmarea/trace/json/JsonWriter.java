// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.trace.json;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON text on one line, member by member, in the order of the calls.
 *
 * <pre>{@code
 * String line =
 *     new JsonWriter()
 *         .beginObject()
 *         .member("schema", 1)
 *         .key("vmas").beginArray().value(7).endArray()
 *         .endObject()
 *         .text();
 * }</pre>
 *
 * <p>Everything outside printable ASCII is escaped, so the output is the same in every locale. A
 * name that came from the system is a string of bytes (ISO-8859-1): byte 0xC3 is written as {@code
 * \}{@code u00c3}.
 *
 * <p>Calls that do not make a valid text (a value without a key in an object, an unclosed array)
 * throw {@link IllegalStateException}. Not thread-safe.
 */
public final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder out = new StringBuilder(256);
  private final Deque<Character> open = new ArrayDeque<>();
  private boolean comma;
  private boolean keyed;

  public JsonWriter() {}

  /** Opens an object. */
  public JsonWriter beginObject() {
    beforeValue();
    open.push('}');
    out.append('{');
    comma = false;
    return this;
  }

  /** Closes the innermost object. */
  public JsonWriter endObject() {
    return end('}');
  }

  /** Opens an array. */
  public JsonWriter beginArray() {
    beforeValue();
    open.push(']');
    out.append('[');
    comma = false;
    return this;
  }

  /** Closes the innermost array. */
  public JsonWriter endArray() {
    return end(']');
  }

  /** Names the next value of the innermost object. */
  public JsonWriter key(String name) {
    require(!open.isEmpty() && open.peek() == '}' && !keyed, "a key stands only in an object");
    separate();
    quote(name);
    out.append(':');
    keyed = true;
    return this;
  }

  /** A string, or {@code null}. */
  public JsonWriter value(@Nullable String value) {
    beforeValue();
    if (value == null) {
      out.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  /** An integer. */
  public JsonWriter value(long value) {
    beforeValue();
    out.append(value);
    return this;
  }

  /**
   * A number.
   *
   * @throws IllegalArgumentException for a value that JSON cannot hold (not finite)
   */
  public JsonWriter value(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("not a JSON number: value=" + value);
    }
    beforeValue();
    out.append(value);
    return this;
  }

  /** {@code true} or {@code false}. */
  public JsonWriter value(boolean value) {
    beforeValue();
    out.append(value);
    return this;
  }

  /** {@code true}, {@code false} or, when unknown, {@code null}. */
  public JsonWriter value(@Nullable Boolean value) {
    return value == null ? value((String) null) : value(value.booleanValue());
  }

  /** Shorthand for {@link #key} and {@link #value(String)}. */
  public JsonWriter member(String name, @Nullable String value) {
    return key(name).value(value);
  }

  /** Shorthand for {@link #key} and {@link #value(long)}. */
  public JsonWriter member(String name, long value) {
    return key(name).value(value);
  }

  /** Shorthand for {@link #key} and {@link #value(double)}. */
  public JsonWriter member(String name, double value) {
    return key(name).value(value);
  }

  /** Shorthand for {@link #key} and {@link #value(boolean)}. */
  public JsonWriter member(String name, boolean value) {
    return key(name).value(value);
  }

  /** Shorthand for {@link #key} and {@link #value(Boolean)}. */
  public JsonWriter member(String name, @Nullable Boolean value) {
    return key(name).value(value);
  }

  /** The finished text, without a line feed. */
  public String text() {
    require(open.isEmpty() && !out.isEmpty(), "the text is not finished");
    return out.toString();
  }

  private JsonWriter end(char bracket) {
    require(
        !open.isEmpty() && open.peek() == bracket && !keyed, "nothing to close with " + bracket);
    open.pop();
    out.append(bracket);
    comma = true;
    return this;
  }

  private void beforeValue() {
    if (keyed) {
      keyed = false;
    } else {
      require(
          open.isEmpty() ? out.isEmpty() : open.peek() == ']', "a value in an object needs a key");
      separate();
    }
    comma = true;
  }

  private void separate() {
    if (comma) {
      out.append(',');
    }
    comma = true;
  }

  private void quote(String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c >= 0x20 && c < 0x7f) {
            out.append(c);
          } else {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
              out.append(HEX[(c >> shift) & 0xf]);
            }
          }
        }
      }
    }
    out.append('"');
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException(message);
    }
  }
}
