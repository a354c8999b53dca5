// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

/**
 * What Linux would write to its log, or would not survive. A driver's mistake is told as one of
 * these instead of stopping the model.
 *
 * @param kind what went wrong
 * @param text a sentence with the values that matter
 */
public record KernelWarning(Kind kind, String text) {
  /** How bad it is in Linux. */
  public enum Kind {
    /** A line in the log: something goes on with less than it could have; nothing is wrong. */
    NOTE,
    /** A WARN: a rule of an interface was not kept; Linux goes on. */
    RULE,
    /** A BUG: Linux stops the thread. */
    BUG,
    /** The thread waits for a lock that it holds itself. */
    SELF_DEADLOCK,
    /** Memory is used after it was freed. */
    USE_AFTER_FREE,
    /** A VMA is taken out that had been taken out before. */
    DOUBLE_DETACH,
    /** A lock is released that nobody holds. */
    UNBALANCED_UNLOCK,
    /** A driver's own counts or state are wrong from now on; Linux would not notice. */
    INVARIANT,
    /** A reference count is used wrongly and saturates: what it counts is never freed. */
    REFCOUNT
  }
}
