// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import dev.vmarea.trace.text.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One line of a log, reused for every line: valid until the next {@link StraceReader#next()}.
 *
 * <p>Arguments stay text until they are asked for. A getter that cannot decode what it finds
 * returns 0 (or null where it may), marks the record {@link #undecodable()} and reports a {@link
 * StraceProblem}; it never throws for the content of a log. Not thread-safe.
 */
public final class StraceRecord {
  /** Arguments kept of one call; further ones are ignored (no Linux call has more than six). */
  public static final int MAX_ARGS = 16;

  // The text that the offsets below point into: the reader's buffer or a joined call.
  byte[] text = new byte[0];
  // The line itself, where time and place stand, also when the text is a joined call.
  byte[] head = new byte[0];
  int startOfLine;
  int end;
  long lineNumber;
  long byteOffset;
  long firstLineNumber;
  long firstByteOffset;
  RecordKind kind = RecordKind.NOISE;
  int pid;
  boolean pidPrinted;
  boolean joined;
  boolean cutOff;
  SyscallName call = SyscallName.OTHER;
  int nameFrom;
  int nameTo;
  int timeFrom;
  int timeTo;
  int ipFrom;
  int argCount;
  final int[] argFrom = new int[MAX_ARGS];
  final int[] argTo = new int[MAX_ARGS];
  ResultKind resultKind = ResultKind.NONE;
  long result;
  int resultFrom;
  int resultTo;
  int tailFrom;
  boolean undecodable;
  final FlagWords flagWords = new FlagWords();
  private final ProblemSink problems;

  StraceRecord(ProblemSink problems) {
    this.problems = problems;
  }

  /** What this line is. */
  public RecordKind kind() {
    return kind;
  }

  /** Number of this line, from 1. For a joined call: of the line with the result. */
  public long lineNumber() {
    return lineNumber;
  }

  /** Bytes of the (unpacked) log before this line. */
  public long byteOffset() {
    return byteOffset;
  }

  /**
   * For a joined call the number of its {@code <unfinished ...>} line, else {@link #lineNumber()}.
   */
  public long firstLineNumber() {
    return firstLineNumber;
  }

  /**
   * For a joined call the offset of its {@code <unfinished ...>} line, else {@link #byteOffset()}.
   */
  public long firstByteOffset() {
    return firstByteOffset;
  }

  /**
   * The thread. A log without pids, and the lines of the first process before strace printed its
   * pid, have 0; the same process keeps 0 to the end of the log.
   */
  public int pid() {
    return pid;
  }

  /** Whether the line itself names its thread. */
  public boolean pidPrinted() {
    return pidPrinted;
  }

  /** Whether this is the second half of a call whose first half was seen. */
  public boolean joined() {
    return joined;
  }

  /**
   * Whether the log ends inside this line: it has no line end. What it says may be wrong then,
   * since half a number is a number too.
   */
  public boolean cutOff() {
    return cutOff;
  }

  /** The call, for CALL, UNFINISHED and RESUMED. */
  public SyscallName call() {
    return call;
  }

  /** The call's name as printed; also the signal's name for SIGNAL and KILLED. */
  public String callName() {
    return latin1(nameFrom, nameTo);
  }

  /** Number of arguments; for UNFINISHED those known so far, for a RESUMED not joined 0. */
  public int argCount() {
    return argCount;
  }

  /** The text of argument {@code i} as printed, or empty when there is no such argument. */
  public String argText(int i) {
    return i < argCount ? latin1(argFrom[i], argTo[i]) : "";
  }

  /**
   * Argument {@code i} as a number: decimal, octal, hexadecimal, {@code NULL}, or symbolic as in
   * {@link #argFlags}. An unsigned 64-bit value arrives as its bits.
   */
  public long argLong(int i) {
    if (i >= argCount) {
      return missing(i);
    }
    return decode(text, argFrom[i], argTo[i]);
  }

  /** Whether argument {@code i} is a plain number: no name, no decoration. */
  public boolean argIsNumber(int i) {
    return i < argCount && Numbers.isNumber(text, argFrom[i], argTo[i]);
  }

  /**
   * Argument {@code i} as flags: names, numbers and shifted numbers joined by {@code |}. A name
   * that is not known counts as 0 and is reported.
   */
  public long argFlags(int i) {
    return argLong(i);
  }

  /** Argument {@code i} as a descriptor, without its decoration; {@code AT_FDCWD} is -100. */
  public int argFd(int i) {
    if (i >= argCount) {
      return (int) missing(i);
    }
    // "-1" and undecorated descriptors need no object.
    int from = argFrom[i];
    int to = argTo[i];
    return (int) (Numbers.isDigit(text[to - 1]) ? decode(text, from, to) : value(i).asLong());
  }

  /**
   * The path that {@code -y} printed behind descriptor {@code i}, unescaped, without {@code
   * (deleted)}; null when there is none.
   */
  public byte @Nullable [] argFdPath(int i) {
    return i < argCount ? value(i).fdPath() : null;
  }

  /** Argument {@code i} as a string: the bytes between its quotes; null for NULL or a pointer. */
  public byte @Nullable [] argBytes(int i) {
    return i < argCount ? value(i).bytes() : null;
  }

  /** Argument {@code i} for closer study: structures, arrays, strings. Stays valid. */
  public StraceValue value(int i) {
    if (i >= argCount) {
      missing(i);
      return new StraceValue(new byte[0], this);
    }
    return new StraceValue(Arrays.copyOfRange(text, argFrom[i], argTo[i]), this);
  }

  /** {@code value(i).field(name)}: field {@code name} of the structure in argument {@code i}. */
  public @Nullable StraceValue structField(int i, String name) {
    return i < argCount ? value(i).field(name) : null;
  }

  /** The argument printed as {@code name=...} (clone's style), or null when there is none. */
  public @Nullable StraceValue namedArg(String name) {
    for (int i = 0; i < argCount; i++) {
      StraceValue named = value(i).named(name);
      if (named != null) {
        return named;
      }
    }
    return null;
  }

  /** What the result is. */
  public ResultKind resultKind() {
    return resultKind;
  }

  /**
   * The result as the kernel returned it: a value, or the negated errno for {@link
   * ResultKind#ERROR}. The status for EXITED, the thread for SUPERSEDED, the bits for PERSONALITY.
   */
  public long result() {
    return result;
  }

  /** The errno, or 0 when the call did not fail. */
  public int errno() {
    return resultKind == ResultKind.ERROR ? (int) -result : 0;
  }

  /** The result for closer study, decoration included ({@code 3</path>}). */
  public StraceValue resultValue() {
    return new StraceValue(Arrays.copyOfRange(text, resultFrom, resultTo), this);
  }

  /** What stands behind the result: the errno's name and text, annotations; trimmed. */
  public String resultNote() {
    return RecordTail.note(this);
  }

  /** The timestamp as printed ({@code 12:00:00.000001}, seconds, or a difference), or empty. */
  public String timestamp() {
    return new String(head, timeFrom, timeTo - timeFrom, StandardCharsets.ISO_8859_1);
  }

  /** Time spent in the call ({@code -T}) in nanoseconds, or -1 when not printed. */
  public long durationNanos() {
    return RecordTail.durationNanos(this);
  }

  /** The instruction pointer ({@code -i}), or 0 when not printed or not known. */
  public long instructionPointer() {
    return RecordTail.instructionPointer(this);
  }

  /** For VMAREA_COMMENT the whole line, else null. */
  public byte @Nullable [] comment() {
    return kind == RecordKind.VMAREA_COMMENT ? Arrays.copyOfRange(text, nameFrom, end) : null;
  }

  /** Whether a getter met something it could not decode on this line. */
  public boolean undecodable() {
    return undecodable;
  }

  /** The line as printed, for messages; of a joined call both halves put together. */
  public String line() {
    return latin1(startOfLine, end);
  }

  void begin(byte[] buffer, int from, int to, long number, long offset) {
    text = buffer;
    head = buffer;
    startOfLine = from;
    end = to;
    lineNumber = number;
    byteOffset = offset;
    firstLineNumber = number;
    firstByteOffset = offset;
    kind = RecordKind.NOISE;
    pid = 0;
    pidPrinted = false;
    joined = false;
    call = SyscallName.OTHER;
    nameFrom = from;
    nameTo = from;
    timeFrom = from;
    timeTo = from;
    ipFrom = 0;
    argCount = 0;
    resultKind = ResultKind.NONE;
    result = 0;
    resultFrom = from;
    resultTo = from;
    tailFrom = from;
    undecodable = false;
  }

  /** Points the record at a call put together from two lines; time and place stay the line's. */
  void rejoin(byte[] whole, int wholeEnd, PendingCalls.Half half) {
    text = whole;
    startOfLine = 0;
    end = wholeEnd;
    nameFrom = 0;
    nameTo = half.nameLength();
    call = half.call();
    joined = true;
    firstLineNumber = half.line();
    firstByteOffset = half.offset();
    resultFrom = 0;
    resultTo = 0;
    tailFrom = 0;
  }

  long decode(byte[] where, int from, int to) {
    // Addresses and lengths, in one pass; whatever this does not like takes the long way.
    int p = from;
    long value = 0;
    if (to - from > 2 && where[from] == '0' && where[from + 1] == 'x' && to - from <= 18) {
      int digit;
      for (p += 2; p < to && (digit = Numbers.hexDigit(where[p])) >= 0; p++) {
        value = value << 4 | digit;
      }
    } else if (from < to && to - from <= 18 && (where[from] != '0' || to - from == 1)) {
      for (; p < to && Numbers.isDigit(where[p]); p++) {
        value = value * 10 + (where[p] - '0');
      }
    }
    return p == to && p > from ? value : decodeSlowly(where, from, to);
  }

  private long decodeSlowly(byte[] where, int from, int to) {
    if (Numbers.isNumber(where, from, to)) {
      return Numbers.parse(where, from, to);
    }
    long v = flagWords.decode(where, from, to);
    if (flagWords.unknownAt() >= 0) {
      undecodable(where, flagWords.unknownAt(), to, "unknown name or number");
    }
    return v;
  }

  void undecodable(byte[] where, int at, int to, String what) {
    undecodable = true;
    // A value detached from the line no longer knows its column: point at the arguments.
    int column = (where == text ? at : nameTo + 1) - startOfLine + 1;
    problems.report(lineNumber, Math.max(1, column), what, where, at, to);
  }

  private long missing(int i) {
    undecodable(text, end, end, "argument " + (i + 1) + " is missing");
    return 0;
  }

  private String latin1(int from, int to) {
    return new String(text, from, Math.max(0, to - from), StandardCharsets.ISO_8859_1);
  }
}
