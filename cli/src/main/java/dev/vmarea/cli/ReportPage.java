// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.cli.Console.Style;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays text out for people: labels on the left, what they name wrapped beside them.
 *
 * @param to where it goes
 * @param colour whether it shows colours
 * @param columns width of a line
 * @param unicode whether characters beyond ASCII can be shown
 */
record ReportPage(PrintStream to, boolean colour, int columns, boolean unicode) {
  private static final int LABEL = 11;
  private static final String INDENT = "  ";

  /** An empty line. */
  void gap() {
    to.println();
  }

  /** A heading. */
  void heading(String text) {
    to.println(styled(Style.BOLD, text));
  }

  /** A label and a sentence beside it, which wraps. */
  void row(String label, String text) {
    row(label, text, List.of());
  }

  /** The same, with the text in a style. */
  void row(String label, String text, Style... styles) {
    row(label, text, List.of(styles));
  }

  private void row(String label, String text, List<Style> styles) {
    String left = INDENT + label + " ".repeat(Math.max(1, LABEL - label.length()));
    String blank = " ".repeat(left.length());
    for (String line : wrap(text, columns - left.length())) {
      String shown = line;
      for (Style style : styles) {
        shown = styled(style, shown);
      }
      to.println(left + shown);
      left = blank;
    }
  }

  /** An indented sentence, which wraps. */
  void sentence(String text) {
    for (String line : wrap(text, columns - INDENT.length())) {
      to.println(INDENT + line);
    }
  }

  /** An indented line that must stay one: a command, a line of a map. */
  void line(String text) {
    to.println(INDENT + text);
  }

  /** Columns beside a label. */
  int besideLabel() {
    return Math.max(1, columns - LABEL - INDENT.length());
  }

  String styled(Style style, String text) {
    return Console.styled(colour, style, text);
  }

  /** The text in lines of at most {@code width} characters where words allow it. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      if (!line.isEmpty()) {
        line.append(' ');
      }
      line.append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
