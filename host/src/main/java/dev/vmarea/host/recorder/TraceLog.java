// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.recorder.CapturedCall.Content;
import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.Signals;
import dev.vmarea.trace.strace.StraceWriter;
import dev.vmarea.trace.strace.SyscallName;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes {@code trace.strace}: strace's format, and comment lines that strace's readers skip. */
final class TraceLog implements AutoCloseable {
  private static final Map<SystemCall, SyscallName> NAMES = names();

  private final OutputStream out;
  private final StraceWriter writer;
  private final Redaction redaction;
  private long calls;

  TraceLog(final OutputStream out, final Redaction redaction) {
    this.out = out;
    this.writer = new StraceWriter(out);
    this.redaction = redaction;
  }

  /** The calls whose form the writer knows. */
  private static Map<SystemCall, SyscallName> names() {
    final Map<SystemCall, SyscallName> names = new EnumMap<>(SystemCall.class);
    for (final SyscallName name : SyscallName.values()) {
      for (final SystemCall call : SystemCall.values()) {
        if (call.name().equals(name.name()) && StraceWriter.knows(name)) {
          names.put(call, name);
        }
      }
    }
    return names;
  }

  /**
   * A finished call.
   *
   * @param path of the descriptor that it returned, or null
   */
  void call(
      final int tid, final CapturedCall entry, final long result, final byte @Nullable [] path)
      throws IOException {
    calls++;
    final CapturedCall call = redaction.apply(entry);
    final SyscallName name = NAMES.get(call.call());
    if (name == null) {
      writer.rawCall(tid, call.call().callName(), ContentText.arguments(call), result);
    } else {
      final byte[] shown = path == null ? null : redaction.name(path);
      writer.call(tid, name, call.arguments(), ContentText.texts(call), result, shown);
    }
  }

  /** The first half of a call that others may overlap, or that its thread did not survive. */
  void unfinished(final int tid, final CapturedCall entry) throws IOException {
    final CapturedCall call = redaction.apply(entry);
    final SyscallName name = NAMES.get(call.call());
    if (name == null) {
      writer.rawUnfinished(tid, call.call().callName(), ContentText.arguments(call));
    } else {
      writer.unfinished(tid, name, call.arguments(), ContentText.texts(call));
    }
  }

  /** The second half of a call. */
  void resumed(final int tid, final CapturedCall entry, final long result) throws IOException {
    calls++;
    final CapturedCall call = redaction.apply(entry);
    final SyscallName name = NAMES.get(call.call());
    if (name == null) {
      writer.rawResumed(tid, call.call().callName(), "", result);
    } else {
      writer.resumed(tid, name, call.arguments(), ContentText.texts(call), result, null);
    }
  }

  /** A thread's place taken by the thread {@code former}, which called execve. */
  void superseded(final int tid, final int former) throws IOException {
    writer.superseded(tid, former);
  }

  /** The end of a thread. */
  void exited(final int tid, final int status) throws IOException {
    writer.exited(tid, status);
  }

  /** The end of a thread by a signal. */
  void killed(final int tid, final int signal, final boolean core) throws IOException {
    writer.killed(tid, Signals.name(signal), core);
  }

  /** A signal about to be delivered. */
  void signal(final int tid, final Ptrace.SignalInfo info, final boolean fault) throws IOException {
    final String name = Signals.name(info.signal());
    final String address = fault ? ", si_addr=0x" + Long.toHexString(info.address()) : "";
    writer.signal(tid, name, "{si_signo=" + name + ", si_code=" + info.code() + address + "}");
  }

  /** A line as it is, which begins with {@code # vmarea}. */
  void comment(final String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Calls written so far. */
  long calls() {
    return calls;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** What was read behind arguments, as the writer wants it. */
  private static final class ContentText {
    private static final int ARGUMENTS = 6;

    /** The fcntl commands that are traced. */
    private static final Map<Long, String> FCNTL_COMMANDS =
        Map.of(0L, "F_DUPFD", 1030L, "F_DUPFD_CLOEXEC", 1033L, "F_ADD_SEALS");

    /** How many arguments a call has that the writer does not know. */
    private static final Map<SystemCall, Integer> COUNTS =
        Map.ofEntries(
            Map.entry(SystemCall.SETUID, 1),
            Map.entry(SystemCall.SETGID, 1),
            Map.entry(SystemCall.SETREUID, 2),
            Map.entry(SystemCall.SETREGID, 2),
            Map.entry(SystemCall.SETRESUID, 3),
            Map.entry(SystemCall.SETRESGID, 3),
            Map.entry(SystemCall.SETFSUID, 1),
            Map.entry(SystemCall.SETFSGID, 1),
            Map.entry(SystemCall.CAPSET, 2),
            Map.entry(SystemCall.SETNS, 2),
            Map.entry(SystemCall.UNSHARE, 1),
            Map.entry(SystemCall.PIDFD_OPEN, 2),
            Map.entry(SystemCall.PIDFD_GETFD, 3),
            Map.entry(SystemCall.PERF_EVENT_OPEN, 5),
            Map.entry(SystemCall.IO_URING_SETUP, 2),
            Map.entry(SystemCall.IOCTL, 3));

    private ContentText() {}

    /** By argument: the bytes of strings and paths, the text of everything with a structure. */
    static byte @Nullable [] @Nullable [] texts(final CapturedCall call) {
      if (call.contents().isEmpty()) {
        return null;
      }
      final byte @Nullable [] @Nullable [] texts = new byte @Nullable [ARGUMENTS][];
      call.contents()
          .forEach((index, content) ->
              texts[index] =
                  switch (content) {
                    case CapturedCall.Text text -> text.bytes();
                    case CapturedCall.File file -> file.path();
                    default ->
                        content.text(call.arguments()[index]).getBytes(StandardCharsets.ISO_8859_1);
                  });
      return texts;
    }

    /** All arguments, for calls whose form the writer does not know. */
    static String arguments(final CapturedCall call) {
      final long[] values = call.arguments();
      if (call.call() == SystemCall.CLONE) {
        return "child_stack="
            + (values[1] == 0 ? "NULL" : "0x" + Long.toHexString(values[1]))
            + ", flags="
            + CloneFlags.text(values[0]);
      }
      final StringBuilder text = new StringBuilder();
      if (call.call() == SystemCall.FCNTL) {
        return text.append((int) values[0])
            .append(", ")
            .append(FCNTL_COMMANDS.getOrDefault(values[1], Long.toString(values[1])))
            .append(", ")
            .append(values[2])
            .toString();
      }
      final int count = COUNTS.getOrDefault(call.call(), ARGUMENTS);
      for (int i = 0; i < count; i++) {
        final Content content = call.contents().get(i);
        text.append(i == 0 ? "" : ", ");
        text.append(
            content == null
                ? values[i] == 0 ? "0" : "0x" + Long.toHexString(values[i])
                : content.text(values[i]));
      }
      return text.toString();
    }
  }
}
