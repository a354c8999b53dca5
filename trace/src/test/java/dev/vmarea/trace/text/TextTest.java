// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers and escapes. */
class TextTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "007,7",
    "0777,511",
    "-1,-1",
    "0x7fffffffffffffff,9223372036854775807",
    "0xffffffffffffffff,-1",
    "18446744073709551615,-1",
    "9223372036854775808,-9223372036854775808",
  })
  void readsNumbers(String text, long value) {
    byte[] b = bytes(text);
    assertThat(Numbers.isNumber(b, 0, b.length)).isTrue();
    assertThat(Numbers.parse(b, 0, b.length)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "x",
        "0x",
        "0xg",
        "08",
        "1a",
        "0x11111111111111111",
        "18446744073709551616",
        "--1"
      })
  void refusesWhatIsNoNumber(String text) {
    assertThat(Numbers.isNumber(bytes(text), 0, text.length())).isFalse();
  }

  @Test
  void escapesComeBack() {
    long seed = Long.getLong("vmarea.seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 5000; i++) {
      byte[] raw = new byte[random.nextInt(20)];
      for (int k = 0; k < raw.length; k++) {
        raw[k] = (byte) (random.nextBoolean() ? random.nextInt(256) : '0' + random.nextInt(10));
      }
      String quoted = CString.quote(raw);
      assertThat(quoted).as("seed %d", seed).matches("\"[ -~]*\"");
      byte[] text = bytes(quoted);
      assertThat(CString.unescape(text, 1, text.length - 1)).as("seed %d", seed).isEqualTo(raw);
    }
  }

  @Test
  void escapesLikeStrace() {
    assertThat(CString.quote("a\"\\\n\t\r\u000b\f\u0001" + "2\u001bx\u00ff"))
        .isEqualTo("\"a\\\"\\\\\\n\\t\\r\\v\\f\\0012\\33x\\377\"");
    byte[] odd = bytes("\\x41\\xzz\\q\\a\\b\\");
    assertThat(CString.unescape(odd, 0, odd.length)).isEqualTo(bytes("A\\xzz\\q\u0007\b\\"));
    assertThat(CString.excerpt(bytes("abcdef"), 0, 6, 3)).isEqualTo("abc...");
    assertThat(CString.excerpt(bytes("abc"), 0, 3, 3)).isEqualTo("abc");
  }

  @Test
  void writesHexadecimalOfEveryWidth() {
    long pattern = 0xfedc_ba98_7654_3210L;
    for (int digits = 1; digits <= 16; digits++) {
      for (int minimum = 1; minimum <= 18; minimum++) {
        long value = pattern >>> (64 - 4 * digits);
        byte[] out = new byte[20];
        Arrays.fill(out, (byte) '.');

        int end = Numbers.putHex(out, 1, value, minimum);

        String expected = String.format("%0" + minimum + "x", value);
        assertThat(new String(out, StandardCharsets.US_ASCII))
            .isEqualTo("." + expected + ".".repeat(out.length - 1 - expected.length()));
        assertThat(end).isEqualTo(1 + expected.length());
      }
    }
  }

  @Test
  void writesHexadecimal() {
    byte[] out = new byte[20];
    assertThat(Numbers.putHex(out, 0, 0x1f, 8)).isEqualTo(8);
    assertThat(Arrays.copyOf(out, 8)).isEqualTo(bytes("0000001f"));
    assertThat(Numbers.putHex(out, 0, -1, 2)).isEqualTo(16);
    assertThat(Numbers.putHex(out, 0, 0, 1)).isEqualTo(1);
  }
}
