// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a command line. Java hands arguments over decoded by the locale, which loses what
 * the locale does not know, so the kernel's own copy is used where there is one.
 */
final class CommandBytes {
  private CommandBytes() {}

  /** The bytes of these words, which are the last ones of this process's command line. */
  static List<byte[]> of(List<String> words) throws IOException {
    if (words.stream().allMatch(CommandBytes::ascii)) {
      return words.stream().map(word -> word.getBytes(StandardCharsets.US_ASCII)).toList();
    }
    Charset locale = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    List<byte[]> own = ownArguments();
    List<byte[]> last =
        own.size() > words.size() ? own.subList(own.size() - words.size(), own.size()) : List.of();
    return matches(words, last)
        ? List.copyOf(last)
        : words.stream().map(word -> word.getBytes(locale)).toList();
  }

  private static boolean ascii(String word) {
    return word.chars().allMatch(c -> c < 0x80);
  }

  /** Whether the plain words are the same; a caller inside this process has another line. */
  private static boolean matches(List<String> words, List<byte[]> bytes) {
    if (bytes.size() != words.size()) {
      return false;
    }
    for (int i = 0; i < words.size(); i++) {
      String raw = new String(bytes.get(i), StandardCharsets.ISO_8859_1);
      if (ascii(words.get(i)) ? !raw.equals(words.get(i)) : ascii(raw)) {
        return false;
      }
    }
    return true;
  }

  private static List<byte[]> ownArguments() throws IOException {
    Path file = Path.of("/proc/self/cmdline");
    if (!Files.isReadable(file)) {
      return List.of();
    }
    byte[] line = Files.readAllBytes(file);
    List<byte[]> arguments = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < line.length; i++) {
      if (line[i] == 0) {
        arguments.add(Arrays.copyOfRange(line, from, i));
        from = i + 1;
      }
    }
    return arguments;
  }
}
