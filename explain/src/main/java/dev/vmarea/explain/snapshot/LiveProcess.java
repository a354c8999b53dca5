// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads a living process by its files below {@code /proc}, without stopping it and without any
 * right but to read them. Not thread-safe.
 */
public final class LiveProcess {
  /** The kernel prints a map piece by piece, and the process may change it in between. */
  private static final int TRIES = 4;

  private final Path proc;
  private final Path directory;
  private final long pid;

  /**
   * A process.
   *
   * @param proc where the kernel shows processes, {@code /proc}
   * @param pid its number
   */
  public LiveProcess(Path proc, long pid) {
    this.proc = proc;
    this.pid = pid;
    this.directory = proc.resolve(Long.toString(pid));
  }

  /**
   * Its areas now: all that smaps tells if that may be read, else what maps tells, with a note.
   *
   * @throws SnapshotException if it is not there, has no memory, or may not be read
   */
  public Snapshot read() throws IOException {
    if (!Files.isDirectory(directory)) {
      throw gone("there is none");
    }
    SnapshotOrigin origin =
        SnapshotOrigin.of("process " + pid, Detail.SMAPS)
            .of(
                text(proc.resolve("sys/kernel/osrelease")),
                text(directory.resolve("comm")),
                limit());
    IOException refused;
    try {
      return read("smaps", origin);
    } catch (SnapshotException e) {
      throw e;
    } catch (IOException e) {
      refused = e;
    }
    if (!Files.isDirectory(directory)) {
      throw gone("it has ended");
    }
    try {
      return read(
          "maps",
          origin.noting("smaps could not be read (" + reason(refused) + "); it has more to tell."));
    } catch (SnapshotException e) {
      throw e;
    } catch (IOException e) {
      if (!Files.isDirectory(directory)) {
        throw gone("it has ended");
      }
      throw new SnapshotException(
          "process "
              + pid
              + ": its map could not be read ("
              + reason(e)
              + "): that takes the same user or CAP_SYS_PTRACE, so try sudo");
    }
  }

  private Snapshot read(String name, SnapshotOrigin origin) throws IOException {
    for (int left = TRIES; ; left--) {
      try (InputStream in = Files.newInputStream(directory.resolve(name))) {
        return SnapshotReader.read(in, origin);
      } catch (SnapshotException e) {
        if (!Files.isDirectory(directory)) {
          throw gone("it has ended");
        }
        if (e.isEmpty()) {
          throw new SnapshotException(
              "process " + pid + ": it has no memory (a thread of the kernel, or a zombie)");
        }
        if (left == 1) {
          throw new SnapshotException(
              e.getMessage() + " (it changes while it is read; once more may do)");
        }
      }
    }
  }

  private SnapshotException gone(String how) {
    return new SnapshotException(
        "process " + pid + ": " + how + " (a file of that name: ./" + pid + ")");
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    String message = String.valueOf(e.getMessage());
    if (message.contains("ermission") || e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    return message;
  }

  private long limit() {
    String text = text(proc.resolve("sys/vm/max_map_count"));
    return text.matches("[0-9]{1,10}") ? Long.parseLong(text) : Snapshot.UNKNOWN;
  }

  /**
   * A small file's text without its line feed; empty if it cannot be read. In one read: the kernel
   * shows a setting to the first one only, however short that is.
   */
  private static String text(Path file) {
    byte[] bytes = new byte[4096];
    try (InputStream in = Files.newInputStream(file)) {
      int length = Math.max(0, in.read(bytes));
      return new String(bytes, 0, length, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
