// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import static dev.vmarea.trace.strace.LineScan.bytes;
import static dev.vmarea.trace.strace.LineScan.digits;
import static dev.vmarea.trace.strace.LineScan.indexOf;
import static dev.vmarea.trace.strace.LineScan.number;
import static dev.vmarea.trace.strace.LineScan.startsWith;

import dev.vmarea.trace.text.Numbers;

/** What stands before a call: thread, time, call number, instruction pointer, each if asked for. */
final class LinePrefix {
  /** Linux's PID_MAX_LIMIT. */
  private static final int MAX_PID = 1 << 22;

  private static final int MAX_TIME = 32;
  private static final byte[] NOTE_PROCESS = bytes("[ Process PID=");

  private final StraceRecord r;
  private final ThreadIds threads;

  LinePrefix(StraceRecord record, ThreadIds threads) {
    r = record;
    this.threads = threads;
  }

  /** Reads on from {@code p}; returns the index of what stands behind. */
  int parse(byte[] b, int p, int to) {
    int pid = -1;
    boolean bracket = false;
    if (Numbers.isDigit(b[p])) {
      int q = digits(b, p, to);
      int n = number(b, p, q);
      // A bigger number is a time in seconds.
      if (q < to && (b[q] == ' ' || b[q] == '<') && n <= MAX_PID) {
        pid = n;
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
        if (q - p > MAX_TIME || digits(b, p, to) == q && q - p > 10) {
          return p;
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
}
