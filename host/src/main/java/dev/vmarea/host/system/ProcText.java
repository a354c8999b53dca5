// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Small text files of /proc and /sys. A file that cannot be read is the empty text. */
final class ProcText {
  private ProcText() {}

  /** The text of {@code path} without white space around it. */
  static String read(final String path) {
    try {
      return new String(Files.readAllBytes(Path.of(path)), StandardCharsets.ISO_8859_1).strip();
    } catch (final IOException unreadable) {
      return "";
    }
  }

  /** The decimal number in {@code path}. */
  static OptionalLong number(final String path) {
    return parse(read(path));
  }

  /** The number after {@code label} at the start of a line of {@code text}, as in /proc/meminfo. */
  static OptionalLong labelled(final String text, final String label) {
    return text.lines()
        .filter(line -> line.startsWith(label))
        .map(line -> line.substring(label.length()).strip().split("\\s+", 2)[0])
        .findFirst()
        .map(ProcText::parse)
        .orElse(OptionalLong.empty());
  }

  private static OptionalLong parse(final String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (final NumberFormatException none) {
      return OptionalLong.empty();
    }
  }
}
