// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Prints the text of a map: to a file or pipe byte for byte, to a terminal with what a terminal
 * could obey escaped, since names in a map are the traced program's.
 */
final class MapPrinter {
  private final Console console;

  MapPrinter(Console console) {
    this.console = console;
  }

  /** Prints lines whose bytes are given as ISO-8859-1. */
  void print(String text) throws IOException {
    if (!Terminal.output()) {
      console.out().write(text.getBytes(StandardCharsets.ISO_8859_1));
      return;
    }
    for (String line : text.split("\n", -1)) {
      if (!line.isEmpty()) {
        console.out().println(Console.printable(line));
      }
    }
  }
}
