// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.system;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/** Small text files of /proc and /sys. A file that cannot be read is the empty text. */
final class ProcText {
  private static final int FIRST_BYTES = 1 << 16;

  private ProcText() {}

  /**
   * The bytes of a file of /proc. The buffer is big from the start: a sysctl gives its value to the
   * first read only, and a map is consistent only within one read.
   *
   * @throws IOException if it cannot be read
   */
  static byte[] bytes(final String path) throws IOException {
    try (FileInputStream in = new FileInputStream(path)) {
      byte[] buffer = new byte[FIRST_BYTES];
      int size = 0;
      while (true) {
        final int got = in.read(buffer, size, buffer.length - size);
        if (got < 0) {
          return Arrays.copyOf(buffer, size);
        }
        size += got;
        if (size == buffer.length) {
          buffer = Arrays.copyOf(buffer, size * 2);
        }
      }
    }
  }

  /** The text of {@code path} without white space around it. */
  static String read(final String path) {
    try {
      return new String(bytes(path), StandardCharsets.ISO_8859_1).strip();
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
