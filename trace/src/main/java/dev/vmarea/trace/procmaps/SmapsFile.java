// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import dev.vmarea.trace.text.CString;
import dev.vmarea.trace.text.Numbers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whole {@code /proc/PID/smaps} files. What is read and written again is the same byte for byte.
 */
public final class SmapsFile {
  private static final int MAX_FIELDS = 256;
  private static final int MAX_FLAGS = 128;
  private static final int EXCERPT = 60;

  private final ProcLines lines;
  private final String source;
  private final List<SmapsEntry> entries = new ArrayList<>();
  private @Nullable MapsEntry map;
  private final List<SmapsField> fields = new ArrayList<>();
  private @Nullable List<String> flags;

  private SmapsFile(InputStream in, String source) {
    this.source = source;
    lines = new ProcLines(in, source);
  }

  /** Reads {@code file}. */
  public static List<SmapsEntry> read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    }
  }

  /**
   * Reads all entries of {@code in}.
   *
   * @param source name for messages
   * @throws MapsFormatException if a line is garbled, or an entry unsorted or overlapping
   */
  public static List<SmapsEntry> read(InputStream in, String source) throws IOException {
    return new SmapsFile(in, source).read();
  }

  /** Writes all entries as the kernel prints them. */
  public static void write(List<SmapsEntry> entries, OutputStream out) throws IOException {
    for (SmapsEntry e : entries) {
      e.writeTo(out);
    }
  }

  private List<SmapsEntry> read() throws IOException {
    long end = 0;
    while (lines.next()) {
      byte[] b = lines.line();
      int n = lines.length();
      if (n > 0 && b[0] >= 'A' && b[0] <= 'Z') {
        field(b, n);
        continue;
      }
      flush();
      MapsEntry e = MapsEntry.parse(b, 0, n, source, lines.number());
      MapsFile.checkOrder(e, end, source, lines.number());
      end = e.end();
      map = e;
    }
    flush();
    return List.copyOf(entries);
  }

  private void flush() {
    if (map != null) {
      entries.add(new SmapsEntry(map, fields, flags));
    }
    map = null;
    fields.clear();
    flags = null;
  }

  private void field(byte[] b, int n) throws MapsFormatException {
    if (map == null) {
      throw error("a field before the first mapping", b, n);
    }
    int colon = 0;
    while (colon < n && b[colon] != ':') {
      colon++;
    }
    if (colon == n) {
      throw error("no colon", b, n);
    }
    String name = new String(b, 0, colon, StandardCharsets.ISO_8859_1);
    if (name.equals("VmFlags")) {
      flags(b, colon + 1, n);
      return;
    }
    if (flags != null || fields.size() == MAX_FIELDS) {
      throw error("a field too many", b, n);
    }
    int p = colon + 1;
    while (p < n && b[p] == ' ') {
      p++;
    }
    int e = p;
    while (e < n && Numbers.isDigit(b[e])) {
      e++;
    }
    boolean kilobytes = n - e == 3 && b[e] == ' ' && b[e + 1] == 'k' && b[e + 2] == 'B';
    if (e == p || !Numbers.isNumber(b, p, e) || !kilobytes && e != n) {
      throw error("a number expected", b, n);
    }
    fields.add(new SmapsField(name, Long.parseUnsignedLong(ascii(b, p, e)), kilobytes));
  }

  private void flags(byte[] b, int from, int n) throws MapsFormatException {
    if (flags != null) {
      throw error("VmFlags twice", b, n);
    }
    List<String> found = new ArrayList<>();
    int p = from;
    while (p < n) {
      if (b[p] == ' ') {
        p++;
        continue;
      }
      int e = p;
      while (e < n && b[e] != ' ') {
        e++;
      }
      found.add(new String(b, p, e - p, StandardCharsets.ISO_8859_1));
      if (found.size() > MAX_FLAGS) {
        throw error("too many flags", b, n);
      }
      p = e;
    }
    flags = found;
  }

  private static String ascii(byte[] b, int from, int to) {
    return new String(b, from, to - from, StandardCharsets.US_ASCII);
  }

  private MapsFormatException error(String what, byte[] b, int n) {
    return new MapsFormatException(
        source, lines.number(), what + ": \"" + CString.excerpt(b, 0, n, EXCERPT) + "\"");
  }
}
