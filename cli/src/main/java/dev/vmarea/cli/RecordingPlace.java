// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a recording is written: the user's directory, or one that goes when we do. */
final class RecordingPlace implements AutoCloseable {
  private final Path path;
  private final @Nullable Thread removal;

  private RecordingPlace(Path path, @Nullable Thread removal) {
    this.path = path;
    this.removal = removal;
  }

  /** The directory {@code asked}, or without one a temporary one. */
  static RecordingPlace of(@Nullable Path asked) throws IOException {
    if (asked != null) {
      return new RecordingPlace(asked, null);
    }
    Path temporary = Files.createTempDirectory("vmarea-");
    // A signal may end us while the recording is replayed.
    Thread removal = new Thread(() -> remove(temporary), "vmarea-removal");
    Runtime.getRuntime().addShutdownHook(removal);
    return new RecordingPlace(temporary, removal);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    Thread hook = removal;
    if (hook != null) {
      remove(path);
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The end has begun, and the hook finds nothing left to do.
      }
    }
  }

  private static void remove(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        Files.deleteIfExists(entry);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      // Gone already, or the system's own cleaning will find it.
    }
  }
}
