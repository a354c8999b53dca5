// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Errno;
import dev.vmarea.trace.strace.SyscallName;
import java.util.function.Supplier;

/**
 * A memory call of a log as a {@link ReplayFollower} is told of it. Valid while the follower is
 * told, but for the texts it took. For one thread.
 */
public final class TracedCall {
  private final long line;
  private final int tid;
  private final double time;
  private final MemoryCall call;
  private final long result;
  private final boolean told;
  private final Supplier<String> text;

  TracedCall(
      long line,
      int tid,
      double time,
      MemoryCall call,
      long result,
      boolean told,
      Supplier<String> text) {
    this.line = line;
    this.tid = tid;
    this.time = time;
    this.call = call;
    this.result = result;
    this.told = told;
    this.text = text;
  }

  /**
   * Where the log has it, from 1 on: the line with its result, or with its beginning if it has not
   * returned.
   */
  public long line() {
    return line;
  }

  /** The thread that made it. */
  public int tid() {
    return tid;
  }

  /**
   * Seconds as the log counts them (since 1970, since midnight, or since its first line), or NaN.
   */
  public double time() {
    return time;
  }

  /** The call. */
  public MemoryCall call() {
    return call;
  }

  /** What it returned: a value, or {@code -errno}. */
  public long result() {
    return result;
  }

  /** Whether it was refused. */
  public boolean failed() {
    return call.call() != SyscallName.BRK && Errno.isError(result);
  }

  /** Whether its effect was told before, with a call that returned earlier. */
  public boolean isTold() {
    return told;
  }

  /** The call as the log prints it, bytes as ISO-8859-1, hostile. */
  public String text() {
    return text.get();
  }

  TracedCall returned(long value) {
    return new TracedCall(line, tid, time, call, value, told, text);
  }
}
