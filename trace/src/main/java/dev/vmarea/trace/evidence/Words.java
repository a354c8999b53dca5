// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words of a line: separated by blanks, with {@code key=value} pairs, values possibly quoted.
 */
final class Words {
  private final String text;
  private int p;

  Words(String text, int from) {
    this.text = text;
    p = from;
  }

  /** Where the next word starts. */
  int position() {
    return p;
  }

  /** The next word, or empty at the end. */
  String word() {
    int e = text.indexOf(' ', p);
    e = e < 0 ? text.length() : e;
    String word = text.substring(p, e);
    p = Math.min(text.length(), e + 1);
    return word;
  }

  /** All words from here to the end of the line. */
  List<String> all() {
    String rest = rest().strip();
    return rest.isEmpty() ? List.of() : List.of(rest.split(" +"));
  }

  String rest() {
    return text.substring(p);
  }

  long number() {
    return decode(word());
  }

  int integer() {
    return Integer.parseInt(word());
  }

  /** All pairs from here to the end of the line. */
  Map<String, String> pairs() {
    Map<String, String> pairs = new HashMap<>();
    while (p < text.length()) {
      int eq = text.indexOf('=', p);
      int blank = text.indexOf(' ', p);
      if (eq < 0 || blank >= 0 && blank < eq) {
        // A word that is no pair: of a later version, perhaps.
        word();
        continue;
      }
      String key = text.substring(p, eq);
      p = eq + 1;
      pairs.put(key, p < text.length() && text.charAt(p) == '"' ? quoted() : word());
    }
    return pairs;
  }

  private String quoted() {
    int e = p + 1;
    while (e < text.length() && text.charAt(e) != '"') {
      e += text.charAt(e) == '\\' ? 2 : 1;
    }
    if (e >= text.length()) {
      throw new IllegalArgumentException("a quote is missing");
    }
    String inner = EvidenceParser.unquote(text.substring(p + 1, e));
    p = Math.min(text.length(), e + 1);
    if (p < text.length() && text.charAt(p) == ' ') {
      p++;
    }
    return inner;
  }

  /** A number as C writes it. */
  static long decode(String number) {
    byte[] b = number.getBytes(StandardCharsets.ISO_8859_1);
    if (!Numbers.isNumber(b, 0, b.length)) {
      throw new IllegalArgumentException("a number expected");
    }
    return Numbers.parse(b, 0, b.length);
  }
}
