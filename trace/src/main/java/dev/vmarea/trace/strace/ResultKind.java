// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

/** What stands behind the equals sign of a call. */
public enum ResultKind {
  /** No result on this line (the first half of a call, or no call at all). */
  NONE,
  /** A value; {@link StraceRecord#result()} has it. */
  VALUE,
  /** {@code -1 ENAME (text)}; {@link StraceRecord#result()} is the negated errno. */
  ERROR,
  /** {@code ?}: the call did not return (exit), or was interrupted ({@code ? ERESTARTSYS}). */
  UNKNOWN
}
