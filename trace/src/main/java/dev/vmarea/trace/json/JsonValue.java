// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.trace.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed JSON value. Immutable; members keep the order of the text. */
public sealed interface JsonValue {
  /** {@code null}. */
  record JsonNull() implements JsonValue {}

  /** {@code true} or {@code false}. */
  record JsonBool(boolean value) implements JsonValue {}

  /** A number as it was written; see {@link #asLong}. */
  record JsonNumber(String text) implements JsonValue {}

  /** A string, escapes resolved. */
  record JsonText(String value) implements JsonValue {}

  /** An array. */
  record JsonArray(List<JsonValue> items) implements JsonValue {
    public JsonArray {
      items = List.copyOf(items);
    }
  }

  /** An object; of several members with one name the last one counts. */
  record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    public JsonObject {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** The member, or null when there is none or it is JSON's {@code null}. */
    public @Nullable JsonValue get(String name) {
      JsonValue value = members.get(name);
      return value instanceof JsonNull ? null : value;
    }

    /** The string member, or {@code otherwise} when there is none. */
    public String text(String name, String otherwise) throws JsonException {
      JsonValue value = get(name);
      return value == null ? otherwise : value.asText(name);
    }

    /** The integer member, or {@code otherwise} when there is none. */
    public long number(String name, long otherwise) throws JsonException {
      JsonValue value = get(name);
      return value == null ? otherwise : value.asLong(name);
    }

    /** The boolean member, or {@code otherwise} when there is none. */
    public boolean bool(String name, boolean otherwise) throws JsonException {
      JsonValue value = get(name);
      return value == null ? otherwise : value.asBool(name);
    }

    /** The object member, or an empty object when there is none. */
    public JsonObject object(String name) throws JsonException {
      JsonValue value = get(name);
      return value == null ? new JsonObject(Map.of()) : value.asObject(name);
    }

    /** The items of the array member, or none when there is none. */
    public List<JsonValue> array(String name) throws JsonException {
      JsonValue value = get(name);
      if (value == null) {
        return List.of();
      }
      if (value instanceof JsonArray array) {
        return array.items();
      }
      throw new JsonException(name + " is not an array");
    }
  }

  /** This value as a string; {@code what} names it in the message of the exception. */
  default String asText(String what) throws JsonException {
    if (this instanceof JsonText text) {
      return text.value();
    }
    throw new JsonException(what + " is not a string");
  }

  /** This value as an integer of 64 bits. */
  default long asLong(String what) throws JsonException {
    if (this instanceof JsonNumber number) {
      try {
        return Long.parseLong(number.text());
      } catch (NumberFormatException e) {
        throw new JsonException(what + " is not an integer of 64 bits: " + number.text());
      }
    }
    throw new JsonException(what + " is not a number");
  }

  /** This value as a boolean. */
  default boolean asBool(String what) throws JsonException {
    if (this instanceof JsonBool bool) {
      return bool.value();
    }
    throw new JsonException(what + " is not true or false");
  }

  /** This value as an object. */
  default JsonObject asObject(String what) throws JsonException {
    if (this instanceof JsonObject object) {
      return object;
    }
    throw new JsonException(what + " is not an object");
  }
}
