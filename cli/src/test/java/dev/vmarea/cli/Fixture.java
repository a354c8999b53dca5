// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A small recording, made of {@code true} with {@code run --save --redact}. */
final class Fixture {
  private static final List<String> FILES =
      List.of("trace.strace", "meta.json", "start.maps", "start.smaps", "final.maps");

  private Fixture() {}

  /** Copies it into {@code directory}, which it makes. */
  static Path copy(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (String name : FILES) {
      Files.write(directory.resolve(name), file(name));
    }
    return directory;
  }

  /** One of its files. */
  static byte[] file(String name) throws IOException {
    try (InputStream in = Fixture.class.getResourceAsStream("true.rec/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /** Replaces text in one of the copied files; the text must be there. */
  static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    if (!text.contains(from)) {
      throw new IllegalArgumentException(from + " is not in " + file.getFileName());
    }
    Files.writeString(file, text.replace(from, to), StandardCharsets.ISO_8859_1);
  }
}
