// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.procmaps;

import java.io.IOException;

/** A maps or smaps file that is not one; the message names file and line. */
public final class MapsFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long line;

  MapsFormatException(String source, long line, String what) {
    super(source + ":" + line + ": " + what);
    this.line = line;
  }

  /** The line, from 1. */
  public long line() {
    return line;
  }
}
