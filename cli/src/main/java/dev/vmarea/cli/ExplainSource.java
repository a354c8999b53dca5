// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.explain.snapshot.Detail;
import dev.vmarea.explain.snapshot.LiveProcess;
import dev.vmarea.explain.snapshot.Snapshot;
import dev.vmarea.explain.snapshot.SnapshotException;
import dev.vmarea.explain.snapshot.SnapshotOrigin;
import dev.vmarea.explain.snapshot.SnapshotReader;
import dev.vmarea.trace.replay.Recording;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** What the user named: a process, a map in a file, or something with a history. */
sealed interface ExplainSource {
  /** Enough of a file to tell a map from a log. */
  int HEAD = 512;

  /** A map of one moment. */
  record Moment(Snapshot snapshot) implements ExplainSource {}

  /** A log, in a file or a recording. */
  record Log(Path path) implements ExplainSource {}

  /**
   * Finds out which.
   *
   * @param source a process number, a file, a directory or {@code -}
   */
  static ExplainSource of(String source) throws IOException {
    try {
      if (source.equals("-")) {
        try (InputStream in = new FileInputStream(FileDescriptor.in)) {
          return new Moment(
              SnapshotReader.read(in, SnapshotOrigin.of("standard input", Detail.MAPS)));
        }
      }
      if (source.matches("[0-9]+")) {
        return new Moment(process(source));
      }
      Path path = Path.of(source);
      if (Files.isDirectory(path)) {
        return directory(path);
      }
      return isMap(path) ? new Moment(SnapshotReader.read(path)) : new Log(path);
    } catch (SnapshotException e) {
      throw CliException.usage(String.valueOf(e.getMessage()));
    }
  }

  /** A living process. */
  static Snapshot process(String pid) throws IOException {
    Path proc = Path.of("/proc");
    if (!Files.isDirectory(proc.resolve("self"))) {
      throw CliException.host(
          "no /proc on this system, so processes cannot be looked at",
          "Files and recordings can: vmarea explain FILE");
    }
    try {
      return new LiveProcess(proc, Long.parseLong(pid)).read();
    } catch (NumberFormatException e) {
      throw CliException.usage("no process " + pid + " (a file of that name: ./" + pid + ")");
    } catch (SnapshotException e) {
      throw CliException.usage(String.valueOf(e.getMessage()));
    }
  }

  private static ExplainSource directory(Path path) throws IOException {
    if (Recording.isRecording(path)) {
      return new Log(path);
    }
    for (String name : new String[] {"smaps", "maps"}) {
      if (Files.isRegularFile(path.resolve(name))) {
        return new Moment(SnapshotReader.read(path.resolve(name)));
      }
    }
    throw CliException.usage(
        path + ": neither a recording nor smaps or maps in it (many snapshots: --fleet)");
  }

  /** Whether a file begins as a map does: START-END and permissions. */
  private static boolean isMap(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD);
    }
    if (head.length > 1 && (head[0] & 0xff) == 0x1f && (head[1] & 0xff) == 0x8b) {
      try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
        head = in.readNBytes(HEAD);
      }
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    return text.isEmpty() || text.matches("(?s)[0-9a-f]+-[0-9a-f]+ [-r][-w][-x][-sp] .*");
  }
}
