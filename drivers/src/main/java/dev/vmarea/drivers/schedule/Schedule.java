// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.schedule;

import java.util.ArrayList;
import java.util.List;

/**
 * An order in text: whose turn it is, one name a turn, "A A B A", or shorter "A*2 B A". A turn
 * lasts from one step to the next at which operations stop. Immutable.
 *
 * @param turns names of the operations, in order
 */
public record Schedule(List<String> turns) {
  /** Keeps its own copy of the list. */
  public Schedule {
    turns = List.copyOf(turns);
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException if that is no schedule
   */
  public static Schedule parse(String text) {
    List<String> turns = new ArrayList<>();
    for (String word : text.strip().split("\\s+")) {
      int star = word.indexOf('*');
      String name = star < 0 ? word : word.substring(0, star);
      int times = star < 0 ? 1 : times(word.substring(star + 1), text);
      if (name.isEmpty()) {
        throw new IllegalArgumentException("not a schedule: \"" + text + "\"");
      }
      for (int i = 0; i < times; i++) {
        turns.add(name);
      }
    }
    return new Schedule(turns);
  }

  private static int times(String digits, String text) {
    try {
      int times = Integer.parseInt(digits);
      if (times > 0) {
        return times;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException("not a schedule: \"" + text + "\"");
  }

  /** How often another operation gets its turn than the one before. */
  public int switches() {
    int switches = 0;
    for (int i = 1; i < turns.size(); i++) {
      if (!turns.get(i).equals(turns.get(i - 1))) {
        switches++;
      }
    }
    return switches;
  }

  /** The names, turns in a row as one: "A*3 B A". */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    int end;
    for (int i = 0; i < turns.size(); i = end) {
      end = i + 1;
      while (end < turns.size() && turns.get(end).equals(turns.get(i))) {
        end++;
      }
      text.append(text.isEmpty() ? "" : " ").append(turns.get(i));
      text.append(end - i > 1 ? "*" + (end - i) : "");
    }
    return text.toString();
  }
}
