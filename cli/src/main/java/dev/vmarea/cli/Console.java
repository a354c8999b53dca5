// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.PrintStream;

/**
 * Where a verb prints, and what the reader's end can show.
 *
 * <p>Reports go to {@link #out}, progress and warnings to {@link #err}. Both are UTF-8 for text
 * that is ours; bytes that come from the system are written as they are ({@link
 * PrintStream#write(byte[], int, int)}) only in formats that demand it (maps text), else escaped
 * with {@link #printable}.
 *
 * @param out standard output, buffered; the command flushes it at the end
 * @param err standard error
 * @param outColour whether {@code out} shows colours (a terminal, and NO_COLOR not set)
 * @param errColour the same for {@code err}
 * @param errTerminal whether {@code err} is a terminal, where a progress line may redraw itself
 * @param unicode whether the locale shows characters beyond ASCII (sparklines, box lines)
 */
record Console(
    PrintStream out,
    PrintStream err,
    boolean outColour,
    boolean errColour,
    boolean errTerminal,
    boolean unicode) {

  /** A style of text on a terminal (ECMA-48 SGR). */
  enum Style {
    BOLD("1"),
    FAINT("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    CYAN("36");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  /** The text as {@code out} should show it: in the style, or plain. */
  String styled(Style style, String text) {
    return styled(outColour, style, text);
  }

  /** One line on {@code err}: what is wrong. */
  void error(String message) {
    err.println(styled(errColour, Style.RED, "vmarea:") + " " + printableLines(message));
  }

  /** One line on {@code err}: what the reader should know, though the verb goes on. */
  void warning(String message) {
    err.println(styled(errColour, Style.YELLOW, "vmarea:") + " " + printableLines(message));
  }

  /**
   * The text with everything a terminal could obey (control characters, bytes beyond ASCII) as C
   * escapes, as names from the system need it.
   */
  static String printable(String bytes) {
    return escape(bytes, false);
  }

  /** As {@link #printable}, but line feeds and characters that are not controls stay. */
  private static String printableLines(String text) {
    return escape(text, true);
  }

  private static String escape(String text, boolean lines) {
    StringBuilder s = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c < 0x7f || lines && (c == '\n' || c >= 0xa0)) {
        s.append(c);
      } else if (c <= 0xff) {
        s.append(
            switch (c) {
              case '\n' -> "\\n";
              case '\t' -> "\\t";
              case '\r' -> "\\r";
              default ->
                  "\\"
                      + (char) ('0' + (c >> 6))
                      + (char) ('0' + (c >> 3 & 7))
                      + (char) ('0' + (c & 7));
            });
      } else {
        s.append('?');
      }
    }
    return s.toString();
  }

  /** The text in the style, or plain. */
  static String styled(boolean colour, Style style, String text) {
    return colour ? "\033[" + style.code + "m" + text + "\033[0m" : text;
  }
}
