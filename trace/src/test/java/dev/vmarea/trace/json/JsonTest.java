// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.trace.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void writesMembersInOrderOnOneLine() {
    String text =
        new JsonWriter()
            .beginObject()
            .member("schema", 1)
            .member("identical", (Boolean) null)
            .member("ok", true)
            .key("list")
            .beginArray()
            .value("a")
            .value(-2)
            .beginObject()
            .endObject()
            .endArray()
            .member("ratio", 0.5)
            .endObject()
            .text();

    assertThat(text)
        .isEqualTo(
            "{\"schema\":1,\"identical\":null,\"ok\":true,\"list\":[\"a\",-2,{}],\"ratio\":0.5}");
  }

  @Test
  void escapesEverythingOutsidePrintableAscii() {
    String text = new JsonWriter().value("\"\\\n\u001b[31m\u00c3\u007f/").text();

    assertThat(text).isEqualTo("\"\\\"\\\\\\n\\u001b[31m\\u00c3\\u007f/\"");
  }

  @Test
  void readsWhatItWrote() throws JsonException {
    String hostile = "\0\t\r\n\"\\\u001b\u00ff\uffff";
    String text =
        new JsonWriter()
            .beginObject()
            .member("name", hostile)
            .member("big", Long.MIN_VALUE)
            .key("inner")
            .beginObject()
            .member("yes", true)
            .endObject()
            .endObject()
            .text();

    JsonValue.JsonObject read = JsonReader.read(text).asObject("text");

    assertThat(read.text("name", "")).isEqualTo(hostile);
    assertThat(read.number("big", 0)).isEqualTo(Long.MIN_VALUE);
    assertThat(read.object("inner").bool("yes", false)).isTrue();
    assertThat(read.number("absent", 7)).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "01",
        "-",
        "1.",
        "1e",
        "nul",
        "\"abc",
        "\"\\x\"",
        "\"\\u12g4\"",
        "1 2",
        "[1 2]",
        "\"a\nb\"",
        "+1",
        "'a'"
      })
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> JsonReader.read(text))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith("not JSON at character ");
  }

  @Test
  void refusesDeepNestingInsteadOfOverflowing() {
    assertThatThrownBy(() -> JsonReader.read("[".repeat(1_000_000)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("nested deeper");
  }

  @Test
  void namesTheMemberOfTheWrongType() throws JsonException {
    JsonValue.JsonObject read = JsonReader.read("{\"n\":\"x\",\"f\":1.5}").asObject("text");

    assertThatThrownBy(() -> read.number("n", 0)).hasMessage("n is not a number");
    assertThatThrownBy(() -> read.number("f", 0)).hasMessage("f is not an integer of 64 bits: 1.5");
    assertThatThrownBy(() -> read.array("n")).hasMessage("n is not an array");
  }

  @Test
  void refusesToWriteAnInvalidText() {
    assertThatThrownBy(() -> new JsonWriter().beginObject().value(1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new JsonWriter().beginArray().key("a"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new JsonWriter().beginArray().endObject())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new JsonWriter().beginArray().text())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new JsonWriter().value(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
