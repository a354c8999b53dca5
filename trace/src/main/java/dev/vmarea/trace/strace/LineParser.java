// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static dev.vmarea.trace.strace.LineScan.word;

import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Turns lines into records: finds the pid, what kind of line it is, and joins halves of calls. */
final class LineParser {
  /** Longest first half that is kept of a call that nobody here cares about. */
  private static final int MAX_OTHER_HALF = 4096;

  private static final long HED_DOTS = ascii("hed ...>");
  private static final long ATTACHED = ascii("attached");
  private static final byte[] UNFINISHED = bytes("<unfinished ...>");
  private static final byte[] DETACHED = bytes("<detached ...>");
  private static final byte[] RESUMED = bytes(" resumed>");
  private static final byte[] ATTACH = bytes("strace: Process ");
  private static final byte[] COMMENT = bytes("# vmarea ");
  private static final byte[] STRACE = bytes("strace: ");
  private static final byte[] PROCESS = bytes("Process ");
  private static final byte[] NOTE_PROCESS = bytes("[ Process PID=");
  private static final byte[] EXITED = bytes("+++ exited with ");
  private static final byte[] KILLED = bytes("+++ killed by ");
  private static final byte[] SUPERSEDED = bytes("+++ superseded by execve in pid ");
  private static final byte[] STOPPED = bytes("stopped by ");

  private final StraceRecord r;
  private final ProblemSink problems;
  private final PendingCalls pending;
  private final ThreadIds threads = new ThreadIds();
  private final CallParser calls;

  // The head of a line that strace itself cut to say "Process N attached", with its thread.
  private PendingCalls.@Nullable Half cutHead;

  LineParser(StraceRecord record, ProblemSink problems, StraceLimits limits) {
    r = record;
    this.problems = problems;
    pending = new PendingCalls(limits.maxPendingBytes());
    calls = new CallParser(record);
  }

  static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.US_ASCII);
  }

  private static long ascii(String s) {
    return word(bytes(s), 0);
  }

  void parse(LineSource line) {
    byte[] b = line.buffer();
    r.begin(b, line.from(), line.to(), line.number(), line.offset());
    if (line.overlong()) {
      bad(line.from(), "line is too long");
      return;
    }
    if (r.end > r.startOfLine && b[r.end - 1] == '\r') {
      r.end--;
    }
    parseLine(b, line.from(), r.end);
    if (line.unterminated() && r.kind == RecordKind.BAD) {
      problems.report(r.lineNumber, 1, "the log ends inside this line", b, line.to(), line.to());
    }
  }

  private void parseLine(byte[] b, int from, int to) {
    int p = from;
    while (p < to && b[p] == ' ') {
      p++;
    }
    if (p == to) {
      r.kind = RecordKind.NOISE;
      return;
    }
    if (cutHead != null && continues(b[p], p > from)) {
      rejoinCut(b, from, to);
      return;
    }
    p = prefix(b, p, to);
    if (p >= to) {
      bad(from, "nothing behind the pid");
      return;
    }
    byte c = b[p];
    if (c >= 'a' && c <= 'z' || c == '_' || c == '?') {
      if (to - p > 24 && word(b, to - 8) == ATTACHED && attached(b, p, to)) {
        return;
      }
      call(b, p, to);
    } else {
      other(b, p, to, c);
    }
  }

  // The rest of a line that strace cut starts in the middle of a call's arguments.
  private static boolean continues(byte c, boolean indented) {
    return c == ','
        || c == ')'
        || c == '}'
        || c == '|'
        || indented && (c == '=' || c == '<');
  }

  // ---- what stands before the call ----

  private int prefix(byte[] b, int p, int to) {
    int pid = -1;
    boolean bracket = false;
    if (Numbers.isDigit(b[p])) {
      int q = digits(b, p, to);
      if (q < to && (b[q] == ' ' || b[q] == '<') && q - p <= 10) {
        pid = number(b, p, q);
        p = afterComm(b, q, to);
      }
    } else if (b[p] == '[' && to - p > 6 && b[p + 1] == 'p' && b[p + 2] == 'i') {
      int q = p + 4;
      while (q < to && b[q] == ' ') {
        q++;
      }
      int e = digits(b, q, to);
      if (e > q && e - q <= 10) {
        pid = number(b, q, e);
        bracket = true;
        p = afterComm(b, e, to);
        if (p < to && b[p] == ']') {
          p++;
        }
      }
    }
    while (p < to && b[p] == ' ') {
      p++;
    }
    r.pidPrinted = pid >= 0;
    if (p < to && (b[p] == '(' || b[p] == '[' || Numbers.isDigit(b[p]))) {
      p = timeAndPlace(b, p, to);
    }
    if (pid >= 0) {
      r.pid = bracket ? threads.ofBracketed(pid) : pid;
    } else if (p < to && isEvent(b[p])) {
      r.pid = threads.ofNameless();
    }
    return p;
  }

  private static boolean isEvent(byte c) {
    return c >= 'a' && c <= 'z' || c == '<' || c == '+' || c == '-' || c == '_' || c == '?';
  }

  // Behind a pid strace may print the command's name: 12<bash>.
  private static int afterComm(byte[] b, int p, int to) {
    if (p < to && b[p] == '<') {
      for (int q = p + 1; q < to; q++) {
        if (b[q] == '>' && (q + 1 == to || b[q + 1] == ' ' || b[q + 1] == ']')) {
          return q + 1;
        }
      }
    }
    return p;
  }

  private int timeAndPlace(byte[] b, int p, int to) {
    while (p < to) {
      byte c = b[p];
      int q = p;
      if (Numbers.isDigit(c)) {
        while (q < to && b[q] != ' ') {
          q++;
        }
        r.timeFrom = p;
        r.timeTo = q;
      } else if (c == '(' && p + 1 < to && b[p + 1] == '+') {
        q = indexOf(b, (byte) ')', p, to) + 1;
      } else if (c == '[' && p + 1 < to && b[p + 1] != 'p' && !startsWith(b, p, to, NOTE_PROCESS)) {
        q = indexOf(b, (byte) ']', p, to) + 1;
        // -n prints the call's number in a narrower bracket than -i the instruction pointer.
        if (q - p >= 10 && b[p + 1] != '?') {
          r.ipFrom = p + 1;
        }
      }
      if (q <= p) {
        return p;
      }
      p = q;
      while (p < to && b[p] == ' ') {
        p++;
      }
    }
    return p;
  }

  // ---- calls ----

  private void call(byte[] b, int p, int to) {
    int open = calls.name(b, p, to);
    if (open < 0) {
      if (startsWith(b, p, to, STRACE)) {
        r.kind = RecordKind.NOISE;
      } else {
        bad(p, "not a line of strace");
      }
      return;
    }
    if (to - p > 16 && word(b, to - 8) == HED_DOTS) {
      if (endsWith(b, p, to, UNFINISHED)) {
        unfinished(b, p, open, to - UNFINISHED.length);
        return;
      }
      if (endsWith(b, p, to, DETACHED)) {
        unfinished(b, p, open, to - DETACHED.length);
        return;
      }
    }
    r.kind = RecordKind.CALL;
    if (!calls.arguments(b, open + 1, to)) {
      bad(calls.errorAt(), calls.error());
    }
  }

  private void unfinished(byte[] b, int p, int open, int argsEnd) {
    r.kind = RecordKind.UNFINISHED;
    if (argsEnd > open + 1 && b[argsEnd - 1] == ' ') {
      argsEnd--;
    }
    calls.partialArguments(b, open + 1, argsEnd);
    int keepTo =
        r.call == SyscallName.OTHER && argsEnd - p > MAX_OTHER_HALF ? open + 1 : argsEnd;
    PendingCalls.Half before =
        pending.put(
            new PendingCalls.Half(
                r.pid,
                Arrays.copyOfRange(b, p, keepTo),
                open - p,
                r.call,
                r.lineNumber,
                r.byteOffset));
    if (before != null && before.call() != SyscallName.OTHER) {
      lost(before, "the call of line " + before.line() + " was never resumed");
    }
    for (PendingCalls.Half old; (old = pending.overflow()) != null; ) {
      lost(old, "too many unfinished calls: that of line " + old.line() + " is forgotten");
    }
  }

  private void lost(PendingCalls.Half half, String what) {
    problems.report(r.lineNumber, 1, what, half.text(), 0, half.text().length);
  }

  private void resumed(byte[] b, int p, int to) {
    // "<... mmap resumed>" and, of older versions, "<... mmap resumed> ".
    int nameFrom = p + 5;
    int nameTo = nameFrom;
    while (nameTo < to && b[nameTo] != ' ') {
      nameTo++;
    }
    if (!startsWith(b, nameTo, to, RESUMED)) {
      bad(p, "not a resumed call");
      return;
    }
    int rest = nameTo + RESUMED.length;
    if (rest < to && b[rest] == ' ') {
      rest++;
    }
    r.kind = RecordKind.RESUMED;
    r.nameFrom = nameFrom;
    r.nameTo = nameTo;
    r.call = SyscallLookup.find(b, nameFrom, nameTo);
    PendingCalls.Half half = pending.take(r.pid);
    boolean fits =
        half != null
            && Arrays.equals(half.text(), 0, half.nameLength(), b, nameFrom, nameTo);
    if (half == null || !fits) {
      problems.report(
          r.lineNumber, p - r.startOfLine + 1, "the first half of this call is missing", b, p, to);
      if (!calls.arguments(b, rest, to)) {
        bad(calls.errorAt(), calls.error());
      }
      r.argCount = 0;
      return;
    }
    joinWith(half, b, rest, to);
  }

  private void joinWith(PendingCalls.Half half, byte[] b, int rest, int to) {
    byte[] whole = PendingCalls.join(half.text(), b, rest, to);
    int wholeEnd = half.text().length + (to - rest);
    r.text = whole;
    r.startOfLine = 0;
    r.end = wholeEnd;
    r.timeFrom = 0;
    r.timeTo = 0;
    r.ipFrom = 0;
    r.joined = true;
    r.firstLineNumber = half.line();
    r.firstByteOffset = half.offset();
    r.nameFrom = 0;
    r.nameTo = half.nameLength();
    r.call = half.call();
    if (!calls.arguments(whole, half.nameLength() + 1, wholeEnd)) {
      bad(calls.errorAt(), calls.error());
    }
  }

  // ---- lines that strace cut to announce a process ----

  private boolean attached(byte[] b, int p, int to) {
    int at = lastIndexOf(b, ATTACH, p, to);
    if (at < 0) {
      return false;
    }
    int from = at + ATTACH.length;
    int e = digits(b, from, to);
    if (e == from || e - from > 10) {
      return false;
    }
    threads.announce(number(b, from, e));
    r.kind = RecordKind.NOISE;
    if (at > p) {
      int open = calls.name(b, p, at);
      if (open > 0) {
        cutHead =
            new PendingCalls.Half(
                r.pid,
                Arrays.copyOfRange(b, p, at),
                open - p,
                r.call,
                r.lineNumber,
                r.byteOffset);
      }
    }
    return true;
  }

  private void rejoinCut(byte[] b, int from, int to) {
    PendingCalls.Half half = java.util.Objects.requireNonNull(cutHead);
    cutHead = null;
    r.pid = half.pid();
    r.kind = RecordKind.CALL;
    r.nameFrom = 0;
    r.nameTo = half.nameLength();
    r.call = half.call();
    if (endsWith(b, from, to, UNFINISHED)) {
      byte[] whole = PendingCalls.join(half.text(), b, from, to);
      r.text = whole;
      r.startOfLine = 0;
      r.end = half.text().length + (to - from);
      unfinished(whole, 0, half.nameLength(), r.end - UNFINISHED.length);
      return;
    }
    joinWith(half, b, from, to);
  }

  // ---- everything else ----

  private void other(byte[] b, int p, int to, byte c) {
    switch (c) {
      case '<' -> {
        if (startsWith(b, p, to, bytes("<... "))) {
          resumed(b, p, to);
        } else {
          bad(p, "not a line of strace");
        }
      }
      case '+' -> ended(b, p, to);
      case '-' -> signal(b, p, to);
      case '#' -> {
        r.nameFrom = p;
        r.kind =
            startsWith(b, p, to, COMMENT) ? RecordKind.VMAREA_COMMENT : RecordKind.NOISE;
      }
      case '[' -> personality(b, p, to);
      case '>' -> r.kind = RecordKind.NOISE;
      default -> {
        if (startsWith(b, p, to, PROCESS)) {
          r.kind = RecordKind.NOISE;
        } else {
          bad(p, "not a line of strace");
        }
      }
    }
  }

  private void ended(byte[] b, int p, int to) {
    if (startsWith(b, p, to, EXITED)) {
      int e = digits(b, p + EXITED.length, to);
      if (e > p + EXITED.length && e - p - EXITED.length < 10) {
        r.kind = RecordKind.EXITED;
        r.resultKind = ResultKind.VALUE;
        r.result = number(b, p + EXITED.length, e);
        gone();
        return;
      }
    } else if (startsWith(b, p, to, KILLED)) {
      r.kind = RecordKind.KILLED;
      signalName(b, p + KILLED.length, to);
      gone();
      return;
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
        return;
      }
    }
    bad(p, "not an end of a process");
  }

  private void gone() {
    pending.take(r.pid);
    threads.gone(r.pid);
  }

  private void signal(byte[] b, int p, int to) {
    if (!startsWith(b, p, to, bytes("--- "))) {
      bad(p, "not a signal");
      return;
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

  private void personality(byte[] b, int p, int to) {
    if (!startsWith(b, p, to, NOTE_PROCESS)) {
      bad(p, "not a line of strace");
      return;
    }
    int from = p + NOTE_PROCESS.length;
    int e = digits(b, from, to);
    String note = new String(b, e, to - e, StandardCharsets.ISO_8859_1);
    if (e == from || e - from > 10 || !note.startsWith(" runs in ")) {
      bad(p, "not a note of strace");
      return;
    }
    r.kind = RecordKind.PERSONALITY;
    r.pid = threads.ofBracketed(number(b, from, e));
    r.resultKind = ResultKind.VALUE;
    r.result = note.contains("64 bit") ? 64 : 32;
  }

  private void bad(int at, String what) {
    r.kind = RecordKind.BAD;
    r.argCount = 0;
    r.resultKind = ResultKind.NONE;
    problems.report(
        r.lineNumber, Math.max(0, at - r.startOfLine) + 1, what, r.text, Math.min(at, r.end), r.end);
  }

  // ---- bytes ----

  private static int digits(byte[] b, int from, int to) {
    int p = from;
    while (p < to && Numbers.isDigit(b[p])) {
      p++;
    }
    return p;
  }

  private static int number(byte[] b, int from, int to) {
    long v = 0;
    for (int p = from; p < to; p++) {
      v = v * 10 + (b[p] - '0');
    }
    return v > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) v;
  }

  private static int indexOf(byte[] b, byte c, int from, int to) {
    for (int p = from; p < to; p++) {
      if (b[p] == c) {
        return p;
      }
    }
    return from - 1;
  }

  private static int lastIndexOf(byte[] b, byte[] what, int from, int to) {
    for (int p = to - what.length; p >= from; p--) {
      if (startsWith(b, p, to, what)) {
        return p;
      }
    }
    return -1;
  }

  private static boolean startsWith(byte[] b, int p, int to, byte[] what) {
    return to - p >= what.length && Arrays.equals(b, p, p + what.length, what, 0, what.length);
  }

  private static boolean endsWith(byte[] b, int from, int to, byte[] what) {
    return to - from >= what.length && startsWith(b, to - what.length, to, what);
  }
}
