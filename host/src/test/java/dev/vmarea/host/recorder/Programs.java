// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records programs for tests. */
final class Programs {
  private Programs() {}

  /**
   * The test programs, compiled into {@code directory}; the test is skipped where there is no C
   * compiler.
   */
  static Path compiled(final Path directory) throws IOException, InterruptedException {
    return compiled(directory, "programs.c");
  }

  /** The same for another source, named relative to this class. */
  static Path compiled(final Path directory, final String resource)
      throws IOException, InterruptedException {
    final String file = resource.substring(resource.lastIndexOf('/') + 1);
    final Path program = directory.resolve(file.substring(0, file.lastIndexOf('.')));
    if (Files.exists(program)) {
      return program;
    }
    final Path source = directory.resolve(file);
    try (InputStream text = Programs.class.getResourceAsStream(resource)) {
      assertThat(text).as(resource).isNotNull();
      Files.write(source, text.readAllBytes());
    }
    final Process compiler;
    try {
      compiler =
          new ProcessBuilder("cc", "-O1", "-pthread", "-o", program.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
    } catch (final IOException e) {
      return abort("no C compiler on this machine");
    }
    final String said =
        new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor()).as(said).isZero();
    return program;
  }

  static RecordRequest request(final Path directory, final String... command) {
    final List<byte[]> bytes = new ArrayList<>();
    for (final String argument : command) {
      bytes.add(argument.getBytes(StandardCharsets.ISO_8859_1));
    }
    return RecordRequest.of(bytes, directory);
  }

  /** Records, or skips the test where the host does not let us trace. */
  static RecordingResult record(final RecordRequest request)
      throws RecordingException, IOException, InterruptedException {
    @Nullable RecordingException refused = null;
    try {
      return Recorder.record(request);
    } catch (final RecordingException.TracingRefused e) {
      refused = e;
    }
    assumeTrue(false, "ptrace is not permitted here: " + refused.getMessage());
    throw refused;
  }

  static String trace(final Path directory) throws IOException {
    return Files.readString(directory.resolve("trace.strace"), StandardCharsets.ISO_8859_1);
  }
}
