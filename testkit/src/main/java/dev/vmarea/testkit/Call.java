// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  /** All arguments. */
  public long[] values() {
    long[] values = new long[arguments.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = arguments.get(i);
    }
    return values;
  }

  /**
   * The call in {@code text}, which {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Call parse(String text) {
    int open = text.indexOf('(');
    if (open < 0 || !text.endsWith(")")) {
      throw new IllegalArgumentException("not a call: " + text);
    }
    Verb verb = Verb.valueOf(text.substring(0, open).toUpperCase(Locale.ROOT));
    String inside = text.substring(open + 1, text.length() - 1);
    List<Long> values = new ArrayList<>();
    for (String word : inside.isEmpty() ? new String[0] : inside.split(", ", -1)) {
      values.add(
          word.startsWith("0x")
              ? Long.parseUnsignedLong(word.substring(2), 16)
              : Long.parseLong(word));
    }
    return new Call(verb, values);
  }

  /** Like a line of strace, without a result. */
  @Override
  public String toString() {
    return arguments.stream()
        .map(value -> value > 9 ? "0x" + Long.toHexString(value) : value.toString())
        .collect(Collectors.joining(", ", verb + "(", ")"));
  }
}
