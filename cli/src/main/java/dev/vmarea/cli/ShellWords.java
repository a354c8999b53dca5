// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.util.List;
import java.util.stream.Collectors;

/** A command as one would type it, harmless to a terminal. */
final class ShellWords {
  private ShellWords() {}

  static String join(List<String> words) {
    return words.stream().map(ShellWords::word).collect(Collectors.joining(" "));
  }

  /** The word, quoted for a shell where it needs it; controls as {@code $'...'} shows them. */
  static String word(String bytes) {
    if (!bytes.isEmpty() && bytes.chars().allMatch(ShellWords::plain)) {
      return bytes;
    }
    if (bytes.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      return "'" + bytes.replace("'", "'\\''") + "'";
    }
    return "$'" + Console.printable(bytes.replace("\\", "\\\\").replace("'", "\\'")) + "'";
  }

  private static boolean plain(int c) {
    return c < 0x7f && (Character.isLetterOrDigit(c) || "@%+=:,./_-^".indexOf(c) >= 0);
  }
}
