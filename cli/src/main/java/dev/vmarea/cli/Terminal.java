// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.system.TerminalSize;
import java.util.OptionalInt;

/** What the launcher and the environment say about the terminal. */
final class Terminal {
  private static final int USUAL_COLUMNS = 80;
  private static final int FEWEST_COLUMNS = 20;
  private static final int MOST_COLUMNS = 100;
  private static final int OUTPUT = 1;
  private static final int ERROR = 2;

  private Terminal() {}

  /** Whether standard output is a terminal. */
  static boolean output() {
    return stream("out");
  }

  /** Columns for text on standard output; long lines are hard to read, so not more than 100. */
  static int outputColumns() {
    return columns(output(), OUTPUT);
  }

  /** The same for standard error. */
  static int errorColumns() {
    return columns(stream("err"), ERROR);
  }

  private static boolean stream(String name) {
    return System.getProperty("vmarea.tty", "").contains(name);
  }

  private static int columns(boolean terminal, int descriptor) {
    String told = System.getenv("COLUMNS");
    if (told != null && told.matches("[1-9][0-9]{0,4}")) {
      return bounded(Integer.parseInt(told));
    }
    if (!terminal) {
      return USUAL_COLUMNS;
    }
    OptionalInt columns = TerminalSize.columns(descriptor);
    return columns.isPresent() ? bounded(columns.getAsInt()) : USUAL_COLUMNS;
  }

  private static int bounded(int columns) {
    return Math.clamp(columns, FEWEST_COLUMNS, MOST_COLUMNS);
  }
}
