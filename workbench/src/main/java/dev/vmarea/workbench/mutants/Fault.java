// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

/**
 * One deliberate fault in a port, put into a class when it is loaded. Immutable.
 *
 * @param number of the fault, from 1 on
 * @param user the short name of the user whose port it is in
 * @param className the class, with dots
 * @param method the method's name and descriptor
 * @param kind what is changed
 * @param index which instruction of the method, counted from 0
 * @param detail what the kind needs to know beside: a bit, or another instruction; else 0
 * @param what what becomes wrong, for people
 */
record Fault(
    int number,
    String user,
    String className,
    String method,
    Kind kind,
    int index,
    long detail,
    String what) {
  /** What is changed. */
  enum Kind {
    /** A call that returns nothing is not made. */
    CALL_DROPPED,
    /** A conditional jump is always made. */
    JUMP_ALWAYS,
    /** A conditional jump is never made. */
    JUMP_NEVER,
    /** A comparison takes in the limit where it did not, or the other way round. */
    LIMIT,
    /** Another errno. */
    OTHER_ERRNO,
    /** A check is made behind the next one: told apart when both fail. */
    CHECKS_SWAPPED,
    /** One flag of those that are set is not. */
    FLAG_FORGOTTEN,
    /** The last number handed to a call is one too large. */
    ARGUMENT_TOO_LARGE,
    /** The number that a call returns is taken for one more. */
    RESULT_TOO_LARGE,
    /** A callback is missing: what is inherited stands in its place. */
    CALLBACK_MISSING,
    /** What the callback {@code mapped} does is done by the prepare hook. */
    MAPPED_IN_PREPARE
  }

  /** Class and method, short. */
  String place() {
    return className.substring(className.lastIndexOf('.') + 1)
        + "."
        + method.substring(0, method.indexOf('('));
  }

  /** The user, the place and what becomes wrong: the name of the fault. */
  String name() {
    return user + " " + place() + " " + what;
  }
}
