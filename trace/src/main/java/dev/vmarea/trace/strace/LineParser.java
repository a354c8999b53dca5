// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static dev.vmarea.trace.strace.LineScan.bytes;
import static dev.vmarea.trace.strace.LineScan.digits;
import static dev.vmarea.trace.strace.LineScan.endsWith;
import static dev.vmarea.trace.strace.LineScan.lastIndexOf;
import static dev.vmarea.trace.strace.LineScan.number;
import static dev.vmarea.trace.strace.LineScan.startsWith;
import static dev.vmarea.trace.strace.LineScan.word;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns lines into records: finds the pid, what kind of line it is, and joins halves of calls. */
final class LineParser {
  /** Longest first half that is kept of a call that nobody here cares about. */
  private static final int MAX_OTHER_HALF = 4096;

  private static final long HED_DOTS = ascii("hed ...>");
  private static final long ATTACHED = ascii("attached");
  private static final byte[] UNFINISHED = bytes("<unfinished ...>");
  private static final byte[] DETACHED = bytes("<detached ...>");
  private static final byte[] RESUME = bytes("<... ");
  private static final byte[] RESUMED = bytes(" resumed>");
  private static final byte[] ATTACH = bytes("strace: Process ");
  private static final byte[] COMMENT = bytes("# vmarea ");
  private static final byte[] STRACE = bytes("strace: ");
  private static final byte[] PROCESS = bytes("Process ");

  private final StraceRecord r;
  private final ProblemSink problems;
  private final PendingCalls pending;
  private final ThreadIds threads = new ThreadIds();
  private final LinePrefix prefix;
  private final CallParser calls;
  private final EventParser events;

  // The head of a line that strace itself cut to say "Process N attached", with its thread.
  private PendingCalls.@Nullable Half cutHead;

  LineParser(StraceRecord record, ProblemSink problems, StraceLimits limits) {
    r = record;
    this.problems = problems;
    pending = new PendingCalls(limits.maxPendingBytes());
    prefix = new LinePrefix(record, threads);
    calls = new CallParser(record);
    events = new EventParser(record, threads, pending);
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
    r.cutOff = line.unterminated();
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
    p = prefix.parse(b, p, to);
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
    return c == ',' || c == ')' || c == '}' || c == '|' || indented && (c == '=' || c == '<');
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
    int keepTo = r.call == SyscallName.OTHER && argsEnd - p > MAX_OTHER_HALF ? open + 1 : argsEnd;
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
        half != null && Arrays.equals(half.text(), 0, half.nameLength(), b, nameFrom, nameTo);
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
    r.rejoin(whole, wholeEnd, half);
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
                r.pid, Arrays.copyOfRange(b, p, at), open - p, r.call, r.lineNumber, r.byteOffset);
      }
    }
    return true;
  }

  private void rejoinCut(byte[] b, int from, int to) {
    PendingCalls.Half half = Objects.requireNonNull(cutHead);
    cutHead = null;
    r.pid = half.pid();
    r.kind = RecordKind.CALL;
    if (endsWith(b, from, to, UNFINISHED)) {
      byte[] whole = PendingCalls.join(half.text(), b, from, to);
      r.rejoin(whole, half.text().length + (to - from), half);
      unfinished(whole, 0, half.nameLength(), r.end - UNFINISHED.length);
      return;
    }
    joinWith(half, b, from, to);
  }

  // ---- everything else ----

  private void other(byte[] b, int p, int to, byte c) {
    switch (c) {
      case '<' -> {
        if (startsWith(b, p, to, RESUME)) {
          resumed(b, p, to);
        } else {
          bad(p, "not a line of strace");
        }
      }
      case '+' -> event(events.ended(b, p, to), p);
      case '-' -> event(events.signal(b, p, to), p);
      case '#' -> {
        r.nameFrom = p;
        r.kind = startsWith(b, p, to, COMMENT) ? RecordKind.VMAREA_COMMENT : RecordKind.NOISE;
      }
      case '[' -> event(events.personality(b, p, to), p);
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

  private void event(@Nullable String problem, int at) {
    if (problem != null) {
      bad(at, problem);
    }
  }

  private void bad(int at, String what) {
    r.kind = RecordKind.BAD;
    r.argCount = 0;
    r.resultKind = ResultKind.NONE;
    r.result = 0;
    r.resultFrom = r.startOfLine;
    r.resultTo = r.startOfLine;
    r.tailFrom = r.startOfLine;
    problems.report(
        r.lineNumber,
        Math.max(0, at - r.startOfLine) + 1,
        what,
        r.text,
        Math.min(at, r.end),
        r.end);
  }
}
