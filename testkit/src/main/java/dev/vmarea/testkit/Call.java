// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One call or event with fixed arguments, independent of the state it meets, so that a shorter
 * sequence of calls still means something.
 *
 * @param verb what it does
 * @param arguments as {@link Verb} says; addresses and lengths in bytes
 */
public record Call(Verb verb, List<Long> arguments) {
  /** Checks the number of arguments. */
  public Call {
    arguments = List.copyOf(arguments);
    if (arguments.size() != verb.arguments()) {
      throw new IllegalArgumentException(verb + " takes " + verb.arguments() + " arguments");
    }
  }

  /** A call with these arguments. */
  public static Call of(Verb verb, long... arguments) {
    return new Call(verb, java.util.Arrays.stream(arguments).boxed().toList());
  }

  /** The argument at {@code index}. */
  public long argument(int index) {
    return arguments.get(index);
  }

  /** Like a line of strace, without a result. */
  @Override
  public String toString() {
    return arguments.stream()
        .map(value -> value > 9 ? "0x" + Long.toHexString(value) : value.toString())
        .collect(Collectors.joining(", ", verb + "(", ")"));
  }
}
