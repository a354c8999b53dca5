// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Errno;
import java.util.ArrayList;
import java.util.List;

/** Counts every divergence and keeps the first ones. */
final class DivergenceLog {
  private static final int MAX_CALL_TEXT = 400;

  private final int limit;
  private final List<Divergence> kept = new ArrayList<>();
  private long count;

  DivergenceLog(int limit) {
    this.limit = limit;
  }

  void add(long line, int pid, String call, long expected, long actual, boolean address) {
    count++;
    if (kept.size() < limit) {
      String text = call.length() > MAX_CALL_TEXT ? call.substring(0, MAX_CALL_TEXT) : call;
      kept.add(
          new Divergence(
              line,
              pid,
              text,
              describe(expected, address),
              describe(actual, address),
              kind(expected, actual, address)));
    }
  }

  /** Adds one whose results are texts. */
  void add(long line, int pid, String call, String expected, String actual) {
    count++;
    if (kept.size() < limit) {
      kept.add(new Divergence(line, pid, call, expected, actual, Divergence.Kind.VALUE));
    }
  }

  private static Divergence.Kind kind(long expected, long actual, boolean address) {
    boolean kernelFailed = Errno.isError(expected);
    boolean modelFailed = Errno.isError(actual);
    if (kernelFailed && modelFailed) {
      return Divergence.Kind.ERRNO;
    }
    if (kernelFailed) {
      return Divergence.Kind.MODEL_SUCCEEDED;
    }
    if (modelFailed) {
      return Divergence.Kind.MODEL_FAILED;
    }
    return address ? Divergence.Kind.ADDRESS : Divergence.Kind.VALUE;
  }

  /** {@code 0x7f..}, {@code 0} or {@code ENOMEM}. */
  static String describe(long result, boolean address) {
    if (Errno.isError(result)) {
      Errno errno = Errno.ofResult(result);
      return errno == null ? "errno " + -result : errno.name();
    }
    return address ? "0x" + Long.toHexString(result) : Long.toString(result);
  }

  long count() {
    return count;
  }

  List<Divergence> kept() {
    return kept;
  }
}
