// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a small file, bounded in length. */
final class ProcLines {
  private static final int MAX_LINE = 1 << 16;

  private final InputStream in;
  private final String source;
  private byte[] line = new byte[256];
  private int length;
  private long number;

  ProcLines(InputStream in, String source) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.source = source;
  }

  boolean next() throws IOException {
    length = 0;
    number++;
    for (int c; (c = in.read()) >= 0; ) {
      if (c == '\n') {
        return true;
      }
      if (length == MAX_LINE) {
        throw new MapsFormatException(source, number, "line is too long");
      }
      if (length == line.length) {
        line = Arrays.copyOf(line, 2 * length);
      }
      line[length++] = (byte) c;
    }
    if (length > 0) {
      throw new MapsFormatException(source, number, "the file ends inside this line");
    }
    return false;
  }

  byte[] line() {
    return line;
  }

  int length() {
    return length;
  }

  long number() {
    return number;
  }
}
