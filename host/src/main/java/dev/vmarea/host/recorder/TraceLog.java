// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.Signals;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Writes {@code trace.strace}: strace's format, and comment lines that strace's readers skip. */
final class TraceLog implements AutoCloseable {
  private final OutputStream out;
  private final Redaction redaction;
  private long calls;

  TraceLog(final OutputStream out, final Redaction redaction) {
    this.out = out;
    this.redaction = redaction;
  }

  /** A finished call. */
  void call(final int tid, final CapturedCall call, final String result) {
    calls++;
    line(tid, pad(CallText.open(redaction.apply(call)) + ")") + " = " + result);
  }

  /** The first half of a call that others may overlap. */
  void unfinished(final int tid, final CapturedCall call) {
    line(tid, CallText.open(redaction.apply(call)) + " <unfinished ...>");
  }

  /** The second half of a call. */
  void resumed(final int tid, final CapturedCall call, final String result) {
    calls++;
    line(tid, pad("<... " + call.call().callName() + " resumed>)") + " = " + result);
  }

  /** A thread's place taken by the thread {@code former}, which called execve. */
  void superseded(final int tid, final int former) {
    line(tid, "+++ superseded by execve in pid " + former + " +++");
  }

  /** The end of a thread. */
  void exited(final int tid, final int status) {
    line(tid, "+++ exited with " + status + " +++");
  }

  /** The end of a thread by a signal. */
  void killed(final int tid, final int signal, final boolean core) {
    line(tid, "+++ killed by " + Signals.name(signal) + (core ? " (core dumped)" : "") + " +++");
  }

  /** A signal about to be delivered. */
  void signal(final int tid, final Ptrace.SignalInfo info, final boolean fault) {
    final String name = Signals.name(info.signal());
    line(
        tid,
        "--- "
            + name
            + " {si_signo="
            + name
            + ", si_code="
            + info.code()
            + (fault ? ", si_addr=0x" + Long.toHexString(info.address()) : "")
            + "} ---");
  }

  /** A line as it is, which begins with {@code # vmarea}. */
  void comment(final String line) {
    write(line);
  }

  /** Calls written so far. */
  long calls() {
    return calls;
  }

  private void line(final int tid, final String text) {
    write(tid + " " + text);
  }

  /** strace puts results into column 40. */
  private static String pad(final String text) {
    return text.length() >= 39 ? text : text + " ".repeat(39 - text.length());
  }

  private void write(final String line) {
    try {
      out.write(CallText.bytes(line));
      out.write('\n');
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
