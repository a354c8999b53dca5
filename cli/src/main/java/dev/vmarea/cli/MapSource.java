// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.MapsFile;
import dev.vmarea.trace.procmaps.MapsFormatException;
import dev.vmarea.trace.procmaps.SmapsEntry;
import dev.vmarea.trace.procmaps.SmapsFile;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A map that was read and checked.
 *
 * @param name where it comes from, for people
 * @param entries its lines
 * @param smaps the same with all that smaps tells; empty if the source is a maps file
 */
record MapSource(String name, List<MapsEntry> entries, List<SmapsEntry> smaps) {
  private static final int PAGE_MASK = 0xfff;
  private static final int MAX_BYTES = 1 << 30;
  private static final int HEAD = 8192;

  /** A map of a living process may change between two reads of the kernel's. */
  private static final int TRIES = 3;

  MapSource {
    entries = List.copyOf(entries);
    smaps = List.copyOf(smaps);
  }

  /**
   * Reads a map.
   *
   * @param source a process number, a file, a directory or {@code -}
   * @param start whether the first map of a recording is meant
   * @param full whether all of smaps is wanted
   */
  static MapSource read(String source, boolean start, boolean full) throws IOException {
    if (source.equals("-")) {
      try (InputStream in = new FileInputStream(FileDescriptor.in)) {
        return parse(bytes(in, "standard input"), "standard input", full);
      }
    }
    boolean process = source.matches("[0-9]+");
    Path path = Path.of(process ? "/proc/" + source : source);
    if (process && !Files.isDirectory(path)) {
      throw Files.isDirectory(Path.of("/proc/self"))
          ? CliException.usage("no process " + source + " (a file of that name: ./" + source + ")")
          : CliException.host(
              "no /proc on this system, so processes cannot be looked at",
              "Files and recordings can: vmarea maps FILE");
    }
    Path file = Files.isDirectory(path) ? inDirectory(path, start, full) : path;
    for (int left = TRIES; ; left--) {
      try (InputStream in = Files.newInputStream(file)) {
        return parse(bytes(in, file.toString()), file.toString(), full);
      } catch (MapsFormatException e) {
        if (left == 1 || !file.startsWith("/proc")) {
          throw e;
        }
      }
    }
  }

  private static Path inDirectory(Path directory, boolean start, boolean full) {
    String kind = full ? "smaps" : "maps";
    List<String> names =
        start ? List.of("start." + kind) : List.of("final." + kind, "start." + kind, kind);
    for (String name : names) {
      Path file = directory.resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw CliException.usage(
        directory + ": no map in it (looked for " + String.join(", ", names) + ")");
  }

  private static byte[] bytes(InputStream in, String name) throws IOException {
    byte[] text = in.readNBytes(MAX_BYTES + 1);
    if (text.length > MAX_BYTES) {
      throw CliException.usage(name + ": larger than " + Counted.bytes(MAX_BYTES) + ", no map");
    }
    return text;
  }

  private static MapSource parse(byte[] text, String name, boolean full) throws IOException {
    List<MapsEntry> entries;
    List<SmapsEntry> smaps = List.of();
    if (isSmaps(text)) {
      smaps = SmapsFile.read(new ByteArrayInputStream(text), name);
      entries = smaps.stream().map(SmapsEntry::map).toList();
    } else if (full && text.length > 0) {
      throw CliException.usage(name + ": a maps file, which does not tell what --smaps asks for");
    } else {
      entries = MapsFile.read(new ByteArrayInputStream(text), name);
    }
    for (int i = 0; i < entries.size(); i++) {
      MapsEntry entry = entries.get(i);
      if (((entry.start() | entry.end()) & PAGE_MASK) != 0) {
        throw CliException.usage(
            name
                + (smaps.isEmpty() ? ":" + (i + 1) : ": area " + (i + 1))
                + ": the range is not of whole pages of 4096 bytes: "
                + Long.toHexString(entry.start())
                + "-"
                + Long.toHexString(entry.end()));
      }
    }
    if (entries.isEmpty()) {
      throw CliException.usage(
          name + ": an empty map (a thread of the kernel, a process that has ended, or no map)");
    }
    return new MapSource(name, entries, smaps);
  }

  private static boolean isSmaps(byte[] text) {
    String head = new String(text, 0, Math.min(text.length, HEAD), StandardCharsets.ISO_8859_1);
    int second = head.indexOf('\n') + 1;
    return second > 0 && head.startsWith("Size:", second);
  }
}
