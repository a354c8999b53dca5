// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.tracing;

/** What to tell a user whose host does not let us trace. */
public final class TracingRefusal {
  private static final int EPERM = 1;
  private static final int EACCES = 13;

  private TracingRefusal() {}

  /** The message, with the remedy, for the errno that ptrace gave. */
  public static String message(final long errno) {
    if (errno != EPERM && errno != EACCES) {
      return "ptrace does not work here: errno=" + errno;
    }
    return "ptrace is not permitted here. Are we traced ourselves (strace, a debugger)? In a"
        + " container, run it with --cap-add=SYS_PTRACE or a seccomp profile that allows ptrace; on a host, see"
        + " /proc/sys/kernel/yama/ptrace_scope (0 and 1 allow it) or run as root.";
  }
}
