// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.text.CString;
import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes calls as {@code strace -f -y} prints them, one line each; {@link StraceReader} gives back
 * what was written. Names are those of current strace versions (MAP_DROPPABLE, mseal); mremap's new
 * address is printed also for MREMAP_DONTUNMAP, where it is a hint that strace leaves out. Not
 * thread-safe; the stream is not buffered here.
 */
public final class StraceWriter implements Closeable, Flushable {
  private static final int RESULT_COLUMN = 40;

  private final OutputStream out;
  private final StringBuilder line = new StringBuilder(256);

  /** Writes to {@code out}. */
  public StraceWriter(OutputStream out) {
    this.out = out;
  }

  /** Whether {@link #call} knows how strace prints {@code name}; else use {@link #rawCall}. */
  public static boolean knows(SyscallName name) {
    return CallStyle.of(name) != null;
  }

  /**
   * Writes a whole call.
   *
   * @param pid the thread; 0 leaves the pid out
   * @param args the raw arguments, one for each that the call prints
   * @param texts by argument: the path behind a descriptor (as readlink of its /proc entry gives
   *     it), the bytes of a string, or the text of a structure as it is to be printed; null, or
   *     null elements, where there is none
   * @param result what the kernel returned: a value or a negated errno
   * @param resultPath path behind a descriptor that the call returned, or null
   */
  public void call(
      int pid,
      SyscallName name,
      long[] args,
      byte @Nullable [] @Nullable [] texts,
      long result,
      byte @Nullable [] resultPath)
      throws IOException {
    CallStyle style = begin(pid, name, args);
    line.append(name.text()).append('(');
    CallText.arguments(line, name, style, args, texts, result);
    finish(style, result, resultPath);
  }

  /** Writes the first half of a call, up to {@code <unfinished ...>}. Parameters as in call. */
  public void unfinished(
      int pid, SyscallName name, long[] args, byte @Nullable [] @Nullable [] texts)
      throws IOException {
    CallStyle style = begin(pid, name, args);
    line.append(name.text()).append('(');
    CallText.entryArguments(line, name, style, args, texts);
    line.append(" <unfinished ...>\n");
    emit();
  }

  /** Writes the second half of a call that {@link #unfinished} began. Parameters as in call. */
  public void resumed(
      int pid,
      SyscallName name,
      long[] args,
      byte @Nullable [] @Nullable [] texts,
      long result,
      byte @Nullable [] resultPath)
      throws IOException {
    CallStyle style = begin(pid, name, args);
    line.append("<... ").append(name.text()).append(" resumed>");
    CallText.exitArguments(line, style, args, texts, result);
    finish(style, result, resultPath);
  }

  /**
   * Writes a call whose arguments the caller has as text: {@code clone}, {@code execve} and others
   * with structures. {@link FlagGroup#format} and {@link CString#quote} help to make it.
   */
  public void rawCall(int pid, String name, String arguments, long result) throws IOException {
    prefix(pid);
    line.append(name).append('(').append(arguments);
    finish(DECIMAL, result, null);
  }

  /** Writes the first half of a {@link #rawCall}. */
  public void rawUnfinished(int pid, String name, String arguments) throws IOException {
    prefix(pid);
    line.append(name).append('(').append(arguments).append(" <unfinished ...>\n");
    emit();
  }

  /** Writes the second half of a {@link #rawCall}; {@code arguments} are those not printed yet. */
  public void rawResumed(int pid, String name, String arguments, long result) throws IOException {
    prefix(pid);
    line.append("<... ").append(name).append(" resumed>").append(arguments);
    finish(DECIMAL, result, null);
  }

  /** Writes {@code --- SIGX details ---}; the details are text like {@code {si_signo=SIGX}}. */
  public void signal(int pid, String name, String details) throws IOException {
    prefix(pid);
    line.append("--- ").append(name).append(details.isEmpty() ? "" : " " + details);
    line.append(" ---\n");
    emit();
  }

  /** Writes {@code +++ exited with N +++}. */
  public void exited(int pid, int status) throws IOException {
    prefix(pid);
    line.append("+++ exited with ").append(status).append(" +++\n");
    emit();
  }

  /** Writes {@code +++ killed by SIGX +++}. */
  public void killed(int pid, String signal, boolean coreDumped) throws IOException {
    prefix(pid);
    line.append("+++ killed by ").append(signal);
    line.append(coreDumped ? " (core dumped)" : "").append(" +++\n");
    emit();
  }

  /** Writes {@code +++ superseded by execve in pid N +++}. */
  public void superseded(int pid, int by) throws IOException {
    prefix(pid);
    line.append("+++ superseded by execve in pid ").append(by).append(" +++\n");
    emit();
  }

  /** Writes a comment line of ours. */
  public void comment(EvidenceLine comment) throws IOException {
    out.write(comment.toBytes());
  }

  private static final CallStyle DECIMAL = new CallStyle(CallStyle.ResultStyle.DEC);

  private CallStyle begin(int pid, SyscallName name, long[] args) {
    CallStyle style = CallStyle.of(name);
    if (style == null) {
      throw new IllegalArgumentException("no style for " + name.text() + ": use rawCall");
    }
    if (args.length < style.args().length) {
      throw new IllegalArgumentException(
          name.text() + " prints " + style.args().length + " arguments: given=" + args.length);
    }
    prefix(pid);
    return style;
  }

  private void prefix(int pid) {
    line.setLength(0);
    if (pid > 0) {
      line.append(pid);
      line.repeat(' ', Math.max(1, 6 - line.length()));
    }
  }

  private void finish(CallStyle style, long result, byte @Nullable [] resultPath)
      throws IOException {
    line.append(") ");
    line.repeat(' ', Math.max(0, RESULT_COLUMN - line.length()));
    line.append("= ");
    CallText.result(line, style.result(), result, resultPath);
    line.append('\n');
    emit();
  }

  private void emit() throws IOException {
    out.write(line.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
