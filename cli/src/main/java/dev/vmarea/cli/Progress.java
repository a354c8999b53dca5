// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * Reads a log and shows on a terminal how far it got: nothing in the first second, then a line that
 * redraws itself at most five times a second.
 */
final class Progress extends FilterInputStream {
  private static final long FIRST_NANOS = 1_000_000_000L;
  private static final long STEP_NANOS = 200_000_000L;

  private final Console console;
  private final String what;
  private final long size;
  private final long started = System.nanoTime();
  private long next = started + FIRST_NANOS;
  private long bytes;
  private boolean shown;

  /**
   * Counts what is read from {@code in}.
   *
   * @param what half a sentence: what is going on
   * @param size bytes to come, or 0 if that is not known
   */
  Progress(InputStream in, Console console, String what, long size) {
    super(in);
    this.console = console;
    this.what = what;
    this.size = size;
  }

  @Override
  public int read() throws IOException {
    int c = super.read();
    if (c >= 0) {
      count(1);
    }
    return c;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = super.read(b, off, len);
    if (n > 0) {
      count(n);
    }
    return n;
  }

  private void count(int n) {
    bytes += n;
    if (!console.errTerminal()) {
      return;
    }
    long now = System.nanoTime();
    if (now - next < 0) {
      return;
    }
    next = now + STEP_NANOS;
    shown = true;
    String far =
        size > 0
            ? Math.min(100, 100 * bytes / size) + " %"
            : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    console.err().print("\rvmarea: " + what + " " + far + "\033[K");
    console.err().flush();
  }

  /** Takes the line away. */
  @Override
  public void close() throws IOException {
    if (shown) {
      shown = false;
      console.err().print("\r\033[K");
      console.err().flush();
    }
    super.close();
  }
}
