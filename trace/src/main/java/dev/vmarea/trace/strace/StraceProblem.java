// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

/**
 * Something in a log that was not understood. Reading goes on after it.
 *
 * @param source name of the log, as given to the reader
 * @param line line number, from 1
 * @param column column of the line, from 1
 * @param message what is wrong
 * @param excerpt the text there, at most about 60 bytes, with everything but printable ASCII
 *     escaped
 */
public record StraceProblem(String source, long line, int column, String message, String excerpt) {

  /** {@code trace.strace:12:7: message: "excerpt"}. */
  @Override
  public String toString() {
    return source + ":" + line + ":" + column + ": " + message + ": \"" + excerpt + "\"";
  }
}
