// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the first failure of a stream, since {@link java.io.PrintStream} only tells that there
 * was one, and drops what follows it.
 */
final class OutputStreamWatch extends FilterOutputStream {
  private @Nullable IOException failure;

  OutputStreamWatch(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (failure != null) {
      return;
    }
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    if (failure == null) {
      out.flush();
    }
  }

  /** The failure that matters to the user; a reader that went away ({@code | head}) does not. */
  @Nullable IOException failure() {
    IOException e = failure;
    return e != null && String.valueOf(e.getMessage()).contains("Broken pipe") ? null : e;
  }
}
