// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Calls that belong together: a process of its own makes them one after the other.
 *
 * @param title what they are about, with the rows of the scenarios that they stand for
 */
record UserCase(String title, List<UserCall> calls) {
  /**
   * The table of a user: cases that begin with {@code [title]}, a call a line. Empty lines and
   * those that begin with # say nothing. {@code !legacy REASON} says of the next call that this
   * column of the model differs there.
   */
  static List<UserCase> table(String user) throws IOException {
    List<UserCase> cases = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    UserCase.class.getResourceAsStream("users/" + user + ".calls"), user),
                StandardCharsets.UTF_8))) {
      List<UserCall> calls = new ArrayList<>();
      Map<String, String> known = new HashMap<>();
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        String text = line.strip();
        if (text.startsWith("[")) {
          calls = new ArrayList<>();
          cases.add(new UserCase(text.substring(1, text.length() - 1), calls));
        } else if (text.startsWith("!")) {
          int space = text.indexOf(' ');
          known.put(text.substring(1, space), text.substring(space + 1));
        } else if (!text.isEmpty() && !text.startsWith("#")) {
          calls.add(UserCall.parse(number, text, known));
          known.clear();
        }
      }
    }
    return cases;
  }
}
