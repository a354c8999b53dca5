// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

/** What one line of a log is. */
public enum RecordKind {
  /** A call with its result on one line. */
  CALL,
  /**
   * The first half of a call ({@code <unfinished ...>}): name and the arguments known so far. Calls
   * that take effect before they return, such as munmap, belong here.
   */
  UNFINISHED,
  /**
   * The second half of a call ({@code <... mmap resumed>}). When its first half was seen ({@link
   * StraceRecord#joined()}) it carries all arguments besides the result.
   */
  RESUMED,
  /** {@code --- SIGSEGV {...} ---}, also {@code --- stopped by SIGSTOP ---}. */
  SIGNAL,
  /** {@code +++ exited with N +++}; the status is {@link StraceRecord#result()}. */
  EXITED,
  /** {@code +++ killed by SIGX +++}. */
  KILLED,
  /**
   * {@code +++ superseded by execve in pid N +++}: the line's process is the thread group leader
   * whose identity thread N takes over; N is {@link StraceRecord#result()}.
   */
  SUPERSEDED,
  /** {@code [ Process PID=N runs in 32 bit mode. ]}; the bits (32 or 64) are the result. */
  PERSONALITY,
  /** A line that starts with {@code # vmarea }: see {@link StraceRecord#comment()}. */
  VMAREA_COMMENT,
  /** A line without meaning here: blank, a comment, strace's own messages, stack frames. */
  NOISE,
  /** A line that could not be understood; a {@link StraceProblem} says why. */
  BAD
}
