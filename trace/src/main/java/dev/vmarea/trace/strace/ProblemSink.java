// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

/** Where the parts of the reader put what they did not understand. */
@FunctionalInterface
interface ProblemSink {
  /** Reports {@code what} at {@code column} (from 1) of a line, with {@code text[from, to)}. */
  void report(long line, int column, String what, byte[] text, int from, int to);
}
