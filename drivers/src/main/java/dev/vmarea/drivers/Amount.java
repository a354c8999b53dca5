// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as people write sizes: 4096, 0x1000, 64k, 2m, 1g. */
public final class Amount {
  private static final Pattern TEXT =
      Pattern.compile("(?:0[xX]([0-9a-fA-F]{1,15})|([0-9]{1,17}))([kKmMgG]?)");

  private Amount() {}

  /**
   * The number that {@code text} says.
   *
   * @param key what it is of, for the message
   * @throws IllegalArgumentException if it is none, or too large
   */
  public static long parse(String key, String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          key + "=" + text + ": a number expected, such as 0x10000 or 64k");
    }
    String hex = matcher.group(1);
    long number = hex != null ? Long.parseLong(hex, 16) : Long.parseLong(matcher.group(2));
    int shift =
        switch (matcher.group(3).toLowerCase(Locale.ROOT)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          default -> 0;
        };
    if (number > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException(key + "=" + text + ": too large");
    }
    return number << shift;
  }
}
