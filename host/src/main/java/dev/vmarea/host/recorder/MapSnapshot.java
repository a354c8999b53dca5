// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The map of a stopped process, read through one of its threads: after the leader's exit the
 * leader's map is empty.
 *
 * @param maps {@code /proc/PID/task/TID/maps}, one line each
 * @param smaps {@code /proc/PID/task/TID/smaps}, one line each; empty if the kernel has none
 */
record MapSnapshot(List<String> maps, List<String> smaps) {

  /** Copies. */
  MapSnapshot {
    maps = List.copyOf(maps);
    smaps = List.copyOf(smaps);
  }

  /** Reads the map; its thread must be stopped and the others of its address space too, or gone. */
  static MapSnapshot read(final int tgid, final int tid) throws IOException {
    final Path task = Path.of("/proc/" + tgid + "/task/" + tid);
    final List<String> maps = lines(task.resolve("maps"));
    List<String> smaps;
    try {
      smaps = lines(task.resolve("smaps"));
    } catch (final IOException e) {
      smaps = List.of();
    }
    return new MapSnapshot(maps, smaps);
  }

  private static List<String> lines(final Path file) throws IOException {
    final String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    final List<String> lines = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      final int end = text.indexOf('\n', from);
      lines.add(text.substring(from, end < 0 ? text.length() : end));
      from = end < 0 ? text.length() : end + 1;
    }
    return lines;
  }

  /** The text of {@code maps} or {@code smaps} with its names redacted. */
  static byte[] text(final List<String> lines, final Redaction redaction) {
    final StringBuilder text = new StringBuilder();
    for (final String line : lines) {
      text.append(isHeader(line) ? redaction.mapsLine(line) : line).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A line of smaps that is the line of maps: it begins with an address, others with a capital. */
  private static boolean isHeader(final String line) {
    return !line.isEmpty() && !Character.isUpperCase(line.charAt(0));
  }

  /** Writes the {@code m} and {@code f} lines of an exec or exit block. */
  void write(final int tgid, final TraceLog log, final Redaction redaction) throws IOException {
    if (smaps.isEmpty()) {
      for (final String line : maps) {
        log.comment("# vmarea m " + tgid + " " + redaction.mapsLine(line));
      }
      return;
    }
    String anonymous = "0";
    String resident = "0";
    for (final String line : smaps) {
      if (isHeader(line)) {
        log.comment("# vmarea m " + tgid + " " + redaction.mapsLine(line));
      } else if (line.startsWith("Anonymous:")) {
        anonymous = kilobytes(line);
      } else if (line.startsWith("Rss:")) {
        resident = kilobytes(line);
      } else if (line.startsWith("VmFlags:")) {
        log.comment(
            "# vmarea f "
                + tgid
                + " anon="
                + anonymous
                + " rss="
                + resident
                + " "
                + line.substring(line.indexOf(':') + 1).trim());
      }
    }
  }

  private static String kilobytes(final String line) {
    return line.substring(line.indexOf(':') + 1, line.length() - " kB".length()).trim();
  }
}
