// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * Cuts a stream into lines inside one reused buffer. Behind the last byte read the buffer always
 * has a newline and eight more bytes, so that scanners may look a little ahead.
 */
final class LineSource implements Closeable {
  private static final int SLACK = 16;
  private static final int FIRST_SIZE = 1 << 18;

  private final InputStream in;
  private final String source;
  private final int maxLine;
  private byte[] buffer;
  private int limit;
  private int next;
  private long bufferOffset;
  private boolean eof;
  private boolean skipping;
  private boolean endedEarly;

  private int from;
  private int to;
  private long number;
  private boolean overlong;
  private boolean unterminated;

  LineSource(InputStream in, String source, int maxLine) {
    this.in = in;
    this.source = source;
    this.maxLine = maxLine;
    buffer = new byte[Math.min(FIRST_SIZE, maxLine + 1) + SLACK];
  }

  /** Moves to the next line; false at the end. */
  boolean next() throws IOException {
    overlong = false;
    unterminated = false;
    if (skipping && !skipRest()) {
      return false;
    }
    int scanFrom = next;
    while (true) {
      int newline = LineScan.newline(buffer, scanFrom, limit);
      if (newline < limit) {
        deliver(newline, newline + 1);
        if (to - from > maxLine) {
          overlong = true;
        }
        return true;
      }
      if (limit - next > maxLine) {
        overlong = true;
        skipping = true;
        deliver(limit, limit);
        return true;
      }
      int have = limit - next;
      if (eof || !fill()) {
        if (limit == next) {
          return false;
        }
        unterminated = true;
        deliver(limit, limit);
        return true;
      }
      scanFrom = next + have;
    }
  }

  private void deliver(int lineEnd, int nextLine) {
    from = next;
    to = lineEnd;
    next = nextLine;
    number++;
  }

  // Drops the rest of a line that was too long. The next line keeps its own number.
  private boolean skipRest() throws IOException {
    while (true) {
      int newline = LineScan.newline(buffer, next, limit);
      if (newline < limit) {
        next = newline + 1;
        skipping = false;
        return true;
      }
      next = limit;
      if (eof || !fill()) {
        return false;
      }
    }
  }

  private boolean fill() throws IOException {
    if (next > 0) {
      System.arraycopy(buffer, next, buffer, 0, limit - next);
      bufferOffset += next;
      limit -= next;
      next = 0;
    }
    if (limit == buffer.length - SLACK) {
      int size = (int) Math.min(2L * limit, maxLine + 1L);
      buffer = Arrays.copyOf(buffer, Math.max(size, limit + 1) + SLACK);
    }
    int n;
    try {
      n = in.read(buffer, limit, buffer.length - SLACK - limit);
    } catch (EOFException e) {
      // A compressed log that is still being written, or was cut.
      n = -1;
      endedEarly = true;
    } catch (ZipException e) {
      throw new IOException(
          source + ": damaged compressed data behind byte " + (bufferOffset + limit), e);
    }
    if (n <= 0) {
      eof = true;
      buffer[limit] = '\n';
      return false;
    }
    limit += n;
    buffer[limit] = '\n';
    return true;
  }

  byte[] buffer() {
    return buffer;
  }

  /** Offset of the line in {@link #buffer()}. */
  int from() {
    return from;
  }

  /** Offset behind the line, without its newline. */
  int to() {
    return to;
  }

  /** Number of the line, from 1. */
  long number() {
    return number;
  }

  /** Offset of the line in the stream. */
  long offset() {
    return bufferOffset + from;
  }

  /** Whether the line is longer than allowed; only its head is here. */
  boolean overlong() {
    return overlong;
  }

  /** Whether the stream ended inside this line. */
  boolean unterminated() {
    return unterminated;
  }

  /** Whether the compressed stream ended before its end mark. */
  boolean endedEarly() {
    return endedEarly;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
