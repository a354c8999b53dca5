// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static dev.vmarea.trace.strace.LineScan.bytes;
import static dev.vmarea.trace.strace.LineScan.digits;
import static dev.vmarea.trace.strace.LineScan.number;
import static dev.vmarea.trace.strace.LineScan.startsWith;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines that are no calls: ends of processes, signals, notes about a process. */
final class EventParser {
  private static final byte[] NOTE_PROCESS = bytes("[ Process PID=");
  private static final byte[] EXITED = bytes("+++ exited with ");
  private static final byte[] KILLED = bytes("+++ killed by ");
  private static final byte[] SUPERSEDED = bytes("+++ superseded by execve in pid ");
  private static final byte[] DASHES = bytes("--- ");
  private static final byte[] STOPPED = bytes("stopped by ");

  private final StraceRecord r;
  private final ThreadIds threads;
  private final PendingCalls pending;

  EventParser(StraceRecord record, ThreadIds threads, PendingCalls pending) {
    r = record;
    this.threads = threads;
    this.pending = pending;
  }

  /** {@code +++ exited with 0 +++} and its kin. Returns what is wrong, or null. */
  @Nullable String ended(byte[] b, int p, int to) {
    if (startsWith(b, p, to, EXITED)) {
      int e = digits(b, p + EXITED.length, to);
      if (e > p + EXITED.length && e - p - EXITED.length < 10) {
        r.kind = RecordKind.EXITED;
        r.resultKind = ResultKind.VALUE;
        r.result = number(b, p + EXITED.length, e);
        gone();
        return null;
      }
    } else if (startsWith(b, p, to, KILLED)) {
      r.kind = RecordKind.KILLED;
      signalName(b, p + KILLED.length, to);
      gone();
      return null;
    } else if (startsWith(b, p, to, SUPERSEDED)) {
      int e = digits(b, p + SUPERSEDED.length, to);
      if (e > p + SUPERSEDED.length && e - p - SUPERSEDED.length < 10) {
        r.kind = RecordKind.SUPERSEDED;
        r.resultKind = ResultKind.VALUE;
        int by = number(b, p + SUPERSEDED.length, e);
        r.result = by;
        // The call's second half comes under the identity that the thread took over.
        PendingCalls.Half half = pending.take(by);
        pending.take(r.pid);
        if (half != null) {
          pending.put(
              new PendingCalls.Half(
                  r.pid, half.text(), half.nameLength(), half.call(), half.line(), half.offset()));
        }
        return null;
      }
    }
    return "not an end of a process";
  }

  private void gone() {
    pending.take(r.pid);
    threads.gone(r.pid);
  }

  /** {@code --- SIGCHLD {...} ---}. Returns what is wrong, or null. */
  @Nullable String signal(byte[] b, int p, int to) {
    if (!startsWith(b, p, to, DASHES)) {
      return "not a signal";
    }
    r.kind = RecordKind.SIGNAL;
    int q = p + 4;
    if (startsWith(b, q, to, STOPPED)) {
      q += STOPPED.length;
    }
    int e = signalName(b, q, to);
    if (e + 1 < to && b[e + 1] == '{') {
      int close = LineScan.itemEnd(b, e + 1, to);
      r.argCount = 1;
      r.argFrom[0] = e + 1;
      r.argTo[0] = trimmedEnd(b, close);
    }
    return null;
  }

  // Items end at a comma or a closing bracket; here the rest of the line is " ---".
  private static int trimmedEnd(byte[] b, int to) {
    int e = to;
    if (e >= 4 && b[e - 1] == '-' && b[e - 4] == ' ') {
      e -= 4;
    }
    return e;
  }

  private int signalName(byte[] b, int from, int to) {
    int e = from;
    while (e < to && b[e] != ' ') {
      e++;
    }
    r.nameFrom = from;
    r.nameTo = e;
    Long number =
        Symbols.value(new String(b, from, Math.min(e - from, 64), StandardCharsets.ISO_8859_1));
    r.resultKind = ResultKind.VALUE;
    r.result = number == null ? 0 : number;
    return e;
  }

  /** {@code [ Process PID=1 runs in 32 bit mode. ]}. Returns what is wrong, or null. */
  @Nullable String personality(byte[] b, int p, int to) {
    if (!startsWith(b, p, to, NOTE_PROCESS)) {
      return "not a line of strace";
    }
    int from = p + NOTE_PROCESS.length;
    int e = digits(b, from, to);
    String note = new String(b, e, to - e, StandardCharsets.ISO_8859_1);
    if (e == from || e - from > 10 || !note.startsWith(" runs in ")) {
      return "not a note of strace";
    }
    r.kind = RecordKind.PERSONALITY;
    r.pid = threads.ofBracketed(number(b, from, e));
    r.resultKind = ResultKind.VALUE;
    r.result = note.contains("64 bit") ? 64 : 32;
    return null;
  }
}
