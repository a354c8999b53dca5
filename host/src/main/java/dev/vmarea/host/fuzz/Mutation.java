// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.fuzz;

/**
 * One deliberate fault in a rule of the model, put into a class when it is loaded.
 *
 * @param rule what becomes wrong, for people
 * @param className the class, with dots
 * @param method the method's name
 * @param kind what is changed
 * @param index which of those in the method, counted from 0
 */
public record Mutation(String rule, String className, String method, Kind kind, int index) {
  /** What is changed. */
  public enum Kind {
    /** A conditional jump is always made. */
    JUMP_ALWAYS,
    /** A conditional jump is never made. */
    JUMP_NEVER,
    /** Another errno is thrown. */
    OTHER_ERRNO
  }
}
