// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whole {@code /proc/PID/maps} files. What is read and written again is the same byte for byte. */
public final class MapsFile {
  private MapsFile() {}

  /** Reads {@code file}. */
  public static List<MapsEntry> read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    }
  }

  /**
   * Reads all lines of {@code in}.
   *
   * @param source name for messages
   * @throws MapsFormatException if a line is garbled, unsorted or overlaps the one before
   */
  public static List<MapsEntry> read(InputStream in, String source) throws IOException {
    List<MapsEntry> entries = new ArrayList<>();
    ProcLines lines = new ProcLines(in, source);
    long end = 0;
    while (lines.next()) {
      MapsEntry e = MapsEntry.parse(lines.line(), 0, lines.length(), source, lines.number());
      checkOrder(e, end, source, lines.number());
      end = e.end();
      entries.add(e);
    }
    return List.copyOf(entries);
  }

  static void checkOrder(MapsEntry e, long end, String source, long line)
      throws MapsFormatException {
    if (Long.compareUnsigned(e.start(), end) < 0) {
      throw new MapsFormatException(
          source,
          line,
          Long.compareUnsigned(e.end(), end) <= 0
              ? "the range is not behind the one before"
              : "the range overlaps the one before");
    }
  }

  /** Writes all lines as the kernel prints them. */
  public static void write(List<MapsEntry> entries, OutputStream out) throws IOException {
    for (MapsEntry e : entries) {
      e.writeTo(out);
    }
  }
}
