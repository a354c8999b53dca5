// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.trace.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON text (RFC 8259). Strict: no comments, no trailing commas. Nesting is limited, so
 * that a hostile text ends in an exception and not in a stack overflow.
 */
public final class JsonReader {
  private static final int MAX_DEPTH = 200;

  private final String text;
  private int at;
  private int depth;

  private JsonReader(String text) {
    this.text = text;
  }

  /**
   * The value that the text is.
   *
   * @throws JsonException with the position (in characters from 0), if the text is not exactly one
   *     JSON value
   */
  public static JsonValue read(String text) throws JsonException {
    JsonReader reader = new JsonReader(text);
    JsonValue value = reader.value();
    reader.skipBlanks();
    if (reader.at != text.length()) {
      throw reader.wrong("text after the value");
    }
    return value;
  }

  private JsonValue value() throws JsonException {
    skipBlanks();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new JsonValue.JsonText(string());
      case 't' -> word("true", new JsonValue.JsonBool(true));
      case 'f' -> word("false", new JsonValue.JsonBool(false));
      case 'n' -> word("null", new JsonValue.JsonNull());
      default -> number();
    };
  }

  private JsonValue object() throws JsonException {
    enter();
    Map<String, JsonValue> members = new LinkedHashMap<>();
    if (!closes('}')) {
      do {
        skipBlanks();
        if (peek() != '"') {
          throw wrong("expected a member name");
        }
        String name = string();
        skipBlanks();
        if (peek() != ':') {
          throw wrong("expected ':'");
        }
        at++;
        members.put(name, value());
      } while (continues('}'));
    }
    depth--;
    return new JsonValue.JsonObject(members);
  }

  private JsonValue array() throws JsonException {
    enter();
    List<JsonValue> items = new ArrayList<>();
    if (!closes(']')) {
      do {
        items.add(value());
      } while (continues(']'));
    }
    depth--;
    return new JsonValue.JsonArray(items);
  }

  private void enter() throws JsonException {
    at++;
    if (++depth > MAX_DEPTH) {
      throw wrong("nested deeper than " + MAX_DEPTH);
    }
  }

  private boolean closes(char bracket) {
    skipBlanks();
    if (peek() == bracket) {
      at++;
      return true;
    }
    return false;
  }

  private boolean continues(char bracket) throws JsonException {
    if (closes(bracket)) {
      return false;
    }
    if (peek() != ',') {
      throw wrong("expected ',' or '" + bracket + "'");
    }
    at++;
    return true;
  }

  private String string() throws JsonException {
    StringBuilder s = new StringBuilder();
    at++;
    while (true) {
      if (at >= text.length()) {
        throw wrong("unfinished string");
      }
      char c = text.charAt(at++);
      if (c == '"') {
        return s.toString();
      }
      if (c < 0x20) {
        throw wrong("control character in a string");
      }
      s.append(c == '\\' ? escape() : c);
    }
  }

  private char escape() throws JsonException {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(peek(), 16);
          if (digit < 0) {
            throw wrong("bad escape");
          }
          code = code << 4 | digit;
          at++;
        }
        yield (char) code;
      }
      default -> throw wrong("bad escape");
    };
  }

  private JsonValue number() throws JsonException {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    int integer = at;
    digits();
    if (text.charAt(integer) == '0' && at > integer + 1) {
      throw wrong("number with a leading zero");
    }
    if (peek() == '.') {
      at++;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
    }
    return new JsonValue.JsonNumber(text.substring(start, at));
  }

  private void digits() throws JsonException {
    int start = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    if (at == start) {
      throw wrong("expected a value");
    }
  }

  private JsonValue word(String word, JsonValue value) throws JsonException {
    if (!text.startsWith(word, at)) {
      throw wrong("expected a value");
    }
    at += word.length();
    return value;
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** The next character; NUL at the end, which no rule accepts. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private JsonException wrong(String what) {
    return new JsonException("not JSON at character " + at + ": " + what);
  }
}
