// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a stream, as pieces of one buffer, without an object a line. */
final class ByteLines {
  private static final int BUFFER = 1 << 18;
  private static final int LONGEST = 1 << 16;

  private final InputStream in;
  private byte[] buffer = new byte[BUFFER];
  private int from;
  private int to;
  private int next;
  private int filled;
  private int shifted;
  private long number;
  private boolean complete;
  private boolean atEnd;

  ByteLines(InputStream in) {
    this.in = in;
  }

  /**
   * Goes to the next line.
   *
   * @return false at the end of the stream
   */
  boolean next() throws IOException {
    from = next;
    int scanned = from;
    while (true) {
      for (int p = scanned; p < filled; p++) {
        if (buffer[p] == '\n') {
          return line(p, p + 1, true);
        }
      }
      scanned = filled;
      if (filled - from > LONGEST) {
        return line(filled, filled, false);
      }
      if (atEnd || !fill()) {
        return filled > from && line(filled, filled, false);
      }
      scanned -= shifted;
    }
  }

  private boolean line(int end, int following, boolean hasEnd) {
    to = end;
    next = following;
    complete = hasEnd;
    number++;
    return true;
  }

  private boolean fill() throws IOException {
    shifted = from;
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, filled - from);
      filled -= from;
      from = 0;
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int n = in.read(buffer, filled, buffer.length - filled);
    if (n < 0) {
      atEnd = true;
      return false;
    }
    filled += n;
    return true;
  }

  /** Where the line is. */
  byte[] bytes() {
    return buffer;
  }

  /** Its first byte. */
  int from() {
    return from;
  }

  /** The place behind its last byte, the line feed not counted. */
  int to() {
    return to;
  }

  /** Its number, from 1 on. */
  long number() {
    return number;
  }

  /** Whether it ends with a line feed, and is not longer than any line can be. */
  boolean isComplete() {
    return complete;
  }
}
