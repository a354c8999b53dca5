// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a table, written as strace would: {@code a = open("/mnt/a", O_RDWR)}. A line that
 * ends with an error, a signal or a number must get that from the kernel, any other must not get an
 * error.
 *
 * @param line number of the line in its table
 * @param variable what later lines call the result, or empty
 * @param name the call
 * @param arguments as written, strings with their quotes
 * @param expected name of an errno or a signal, a number, or empty
 * @param known why a column of the model differs here, by its name
 */
record UserCall(
    int line,
    String variable,
    String name,
    List<String> arguments,
    String expected,
    Map<String, String> known) {
  private static final Pattern FORM =
      Pattern.compile("(?:(\\w+) = )?(\\w+)\\((.*)\\)(?: = ([A-Z0-9]+))?");

  /** Reads a line; IllegalArgumentException for one that is none. */
  static UserCall parse(int line, String text, Map<String, String> known) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("line " + line + " is no call: " + text);
    }
    return new UserCall(
        line,
        matcher.group(1) == null ? "" : matcher.group(1),
        matcher.group(2),
        split(matcher.group(3)),
        matcher.group(4) == null ? "" : matcher.group(4),
        Map.copyOf(known));
  }

  /** Whether this is what the table says. */
  boolean expects(Answer answer) {
    boolean number = !expected.isEmpty() && Character.isDigit(expected.charAt(0));
    return number
        ? answer.failure().isEmpty() && answer.value() == Long.parseLong(expected)
        : answer.failure().equals(expected);
  }

  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' && !quoted) {
        parts.add(part.toString().strip());
        part.setLength(0);
      } else {
        part.append(c);
        quoted ^= c == '"';
      }
    }
    if (!part.toString().isBlank()) {
      parts.add(part.toString().strip());
    }
    return parts;
  }

  /** Whether argument {@code index} is a string. */
  boolean isText(int index) {
    return arguments.get(index).startsWith("\"");
  }

  /** A string argument, without its quotes. */
  String text(int index) {
    String quoted = arguments.get(index);
    return quoted.substring(1, quoted.length() - 1);
  }

  /** Whether the result is a new descriptor. */
  boolean opens() {
    return name.equals("open") || name.startsWith("memfd_");
  }

  @Override
  public String toString() {
    return "line " + line + ": " + name + "(" + String.join(", ", arguments) + ")";
  }
}
