// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.tracing;

/** Signal numbers, which x86-64 and aarch64 share, and their names. */
public final class Signals {
  /** Hangup. */
  public static final int SIGHUP = 1;

  /** Interrupt from the terminal. */
  public static final int SIGINT = 2;

  /** Trap; also the carrier of ptrace stops. */
  public static final int SIGTRAP = 5;

  /** Kill: cannot be caught. */
  public static final int SIGKILL = 9;

  /** Termination request. */
  public static final int SIGTERM = 15;

  /** Continue. */
  public static final int SIGCONT = 18;

  /** Stop: cannot be caught. */
  public static final int SIGSTOP = 19;

  /** Stop from the terminal. */
  public static final int SIGTSTP = 20;

  /** Background read from the terminal. */
  public static final int SIGTTIN = 21;

  /** Background write to the terminal. */
  public static final int SIGTTOU = 22;

  private static final int FIRST_REALTIME = 32;

  private static final String[] NAMES = {
    "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
  };

  private Signals() {}

  /** The name as strace prints it: {@code SIGTERM}, {@code SIGRT_3}. */
  public static String name(final int signal) {
    if (signal > 0 && signal < NAMES.length) {
      return "SIG" + NAMES[signal];
    }
    return signal >= FIRST_REALTIME ? "SIGRT_" + (signal - FIRST_REALTIME) : "SIG_" + signal;
  }

  /** Whether the default action of the signal is to stop the process. */
  public static boolean stops(final int signal) {
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
  }
}
