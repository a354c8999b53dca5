// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files of a recording: directory mode 0700, files 0600, since a trace tells what a program
 * opened.
 */
final class RecordingDirectory {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final Path path;
  private final boolean made;

  private RecordingDirectory(final Path path, final boolean made) {
    this.path = path;
    this.made = made;
  }

  /**
   * Makes the directory.
   *
   * @throws DirectoryNotEmptyException if there is something in it already
   */
  static RecordingDirectory create(final Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> entries = Files.list(path)) {
        if (entries.findAny().isPresent()) {
          throw new DirectoryNotEmptyException(path.toString());
        }
      }
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      return new RecordingDirectory(path, false);
    } else {
      final Path parent = path.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return new RecordingDirectory(path, true);
  }

  /** A new file, or an emptied one. */
  OutputStream open(final String name) throws IOException {
    final Path file = path.resolve(name);
    Files.deleteIfExists(file);
    return new BufferedOutputStream(
        Channels.newOutputStream(
            Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")))),
        BUFFER_BYTES);
  }

  /** Writes a whole file. */
  void write(final String name, final byte[] content) throws IOException {
    try (OutputStream out = open(name)) {
      out.write(content);
    }
  }

  /** Removes everything written, and the directory if it was not there before. */
  void discard() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      for (final Path entry : entries.toList()) {
        Files.delete(entry);
      }
    }
    if (made) {
      Files.delete(path);
    }
  }
}
