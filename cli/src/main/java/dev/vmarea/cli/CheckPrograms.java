// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.workbench.Report;
import dev.vmarea.workbench.c.CProgram;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.script.ScriptText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes C programs for findings that can be tried on a real kernel, and says why others cannot.
 */
final class CheckPrograms {
  private final Console console;

  CheckPrograms(Console console) {
    this.console = console;
  }

  /**
   * Writes them.
   *
   * @param file the first one's; the others have a number before its suffix
   */
  void write(Report report, Path file) throws IOException {
    int written = 0;
    for (Finding finding : report.findings().toList()) {
      CProgram program =
          CProgram.of(
              finding,
              ScriptText.of(finding.run(), FindingText.header(finding)).text().lines().toList());
      if (program.text().isPresent()) {
        written++;
        Path place = written == 1 ? file : numbered(file, written);
        Files.writeString(place, program.text().get(), StandardCharsets.UTF_8);
        tell("C program for \"" + finding.title() + "\": " + place);
      } else {
        tell("no C program for \"" + finding.title() + "\": " + program.reason());
      }
    }
    if (written == 0) {
      tell("no finding can be tried on a real kernel; " + file + " is not written");
    }
  }

  private void tell(String line) {
    console.err().println("vmarea: " + Console.printable(line));
    console.err().flush();
  }

  private static Path numbered(Path file, int number) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String stem = dot <= 0 ? name : name.substring(0, dot);
    return file.resolveSibling(stem + "-" + number + (dot <= 0 ? "" : name.substring(dot)));
  }
}
