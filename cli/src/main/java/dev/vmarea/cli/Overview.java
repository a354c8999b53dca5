// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.PrintStream;

/** What {@code vmarea help} prints: what it is, the verbs, and what to try first. */
final class Overview {
  private Overview() {}

  static void print(PrintStream to, boolean colour) {
    to.println("Vmarea: the Linux memory-mapping subsystem in user space.");
    to.println();
    to.println(heading("Usage:", colour) + " vmarea VERB [ARGUMENTS]");
    to.println();
    to.println(heading("Verbs", colour));
    for (Verb verb : Verbs.all()) {
      to.printf("  %-12s%s%n", verb.name(), verb.summary());
    }
    to.println();
    to.println(heading("To try", colour));
    for (Verb verb : Verbs.all()) {
      to.println("  vmarea " + verb.example());
    }
    to.println();
    to.println("Every verb takes --help; vmarea help VERB is the same.");
    to.println();
    to.println(heading("Exit status", colour));
    to.println("  0  all as expected");
    to.println("  1  a divergence or a finding");
    to.println("  2  bad usage, or input that cannot be read");
    to.println("  3  the host lacks something (the message says what, and the remedy)");
    to.println();
    to.println(heading("Environment", colour));
    to.println("  VMAREA_JAVA_HOME  the JDK to use (25 or newer)");
    to.println("  VMAREA_JAVA_OPTS  options for the Java virtual machine, such as -Xmx8g");
    to.println("  VMAREA_DEBUG=1    show stack traces");
    to.println("  NO_COLOR          no colours");
  }

  private static String heading(String text, boolean colour) {
    return Console.styled(colour, Console.Style.BOLD, text);
  }
}
