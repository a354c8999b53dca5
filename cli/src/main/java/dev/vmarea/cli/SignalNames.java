// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.util.List;

/** Names of Linux's signals, the same on x86-64 and aarch64. */
final class SignalNames {
  private static final List<String> NAMES =
      List.of(
          "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
          "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
          "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  private SignalNames() {}

  /** The name of a signal given as its number or, already, its name. */
  static String of(String signal) {
    int number = number(signal);
    return number > 0 && number < NAMES.size() ? "SIG" + NAMES.get(number) : signal;
  }

  /** The number of a signal given as its number or its name; 0 if it is neither. */
  static int number(String signal) {
    if (signal.startsWith("SIG")) {
      return Math.max(0, NAMES.indexOf(signal.substring("SIG".length())));
    }
    try {
      return Integer.parseInt(signal);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
