// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import dev.vmarea.trace.text.CString;
import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Takes one line of maps apart. */
final class MapsLineParser {
  private static final int EXCERPT = 60;

  private final byte[] b;
  private final int from;
  private final int to;
  private final String source;
  private final long number;
  private int p;

  MapsLineParser(byte[] line, int from, int to, String source, long number) {
    b = line;
    this.from = from;
    this.to = to;
    this.source = source;
    this.number = number;
    p = from;
  }

  MapsEntry parse() throws MapsFormatException {
    long start = hex('-');
    long end = hex(' ');
    if (Long.compareUnsigned(start, end) >= 0) {
      throw error("the range is empty");
    }
    if (p + 5 > to || b[p + 4] != ' ') {
      throw error("permissions expected");
    }
    String perms = new String(b, p, 4, StandardCharsets.ISO_8859_1);
    if (!MapsEntry.validPerms(perms)) {
      throw error("bad permissions");
    }
    p += 5;
    long offset = hex(' ');
    long major = hex(':');
    long minor = hex(' ');
    if (major >>> 32 != 0 || minor >>> 32 != 0) {
      throw error("bad device number");
    }
    long inode = inode();
    return new MapsEntry(start, end, perms, offset, (int) major, (int) minor, inode, name());
  }

  private long hex(char stop) throws MapsFormatException {
    long v = 0;
    int digits = 0;
    for (int d; p < to && (d = Numbers.hexDigit(b[p])) >= 0; p++) {
      v = v << 4 | d;
      digits++;
    }
    if (digits == 0 || digits > 16 || p >= to || b[p] != stop) {
      throw error("number expected, ended by '" + stop + "'");
    }
    p++;
    return v;
  }

  private long inode() throws MapsFormatException {
    int at = p;
    while (p < to && Numbers.isDigit(b[p])) {
      p++;
    }
    if (p == at || p < to && b[p] != ' ' || !plainDecimal(at, p)) {
      throw error("inode expected");
    }
    return Numbers.parse(b, at, p);
  }

  private boolean plainDecimal(int at, int end) {
    return (b[at] != '0' || end == at + 1) && Numbers.isNumber(b, at, end);
  }

  private @Nullable String name() {
    if (p < to) {
      p++;
    }
    // The name's own column, so that a name with leading spaces would survive; files of 32-bit
    // kernels, or edited ones, have another column.
    int column = Math.max(MapsLineWriter.NAME_PAD, p - from) + 1;
    int at = from + column;
    for (int q = p; q < Math.min(at, to); q++) {
      if (b[q] != ' ') {
        at = q;
      }
    }
    return at >= to ? null : new String(b, at, to - at, StandardCharsets.ISO_8859_1);
  }

  private MapsFormatException error(String what) {
    return new MapsFormatException(
        source, number, what + ": \"" + CString.excerpt(b, from, to, EXCERPT) + "\"");
  }
}
