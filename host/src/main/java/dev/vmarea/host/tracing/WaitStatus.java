// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.tracing;

/**
 * What {@code wait4} reported of a thread.
 *
 * @param tid the thread
 * @param status the status word as {@code wait4} stores it
 */
public record WaitStatus(int tid, int status) {
  private static final int STOPPED = 0x7f;

  /** The bit that marks system-call stops, with {@code PTRACE_O_TRACESYSGOOD}. */
  private static final int SYSCALL_STOP = Signals.SIGTRAP | 0x80;

  /** Whether the thread ended by itself. */
  public boolean exited() {
    return (status & 0x7f) == 0;
  }

  /** Whether a signal ended the thread. */
  public boolean killed() {
    return !exited() && (status & 0xff) != STOPPED;
  }

  /** Whether the thread is stopped. */
  public boolean stopped() {
    return (status & 0xff) == STOPPED;
  }

  /** The exit status (0 to 255) of a thread that ended by itself. */
  public int exitStatus() {
    return (status >> 8) & 0xff;
  }

  /** The signal that ended the thread. */
  public int killedBy() {
    return status & 0x7f;
  }

  /** Whether a core file was written. */
  public boolean dumpedCore() {
    return (status & 0x80) != 0;
  }

  /** The signal of the stop. */
  public int stopSignal() {
    return (status >> 8) & 0xff;
  }

  /** The ptrace event of the stop ({@code PTRACE_EVENT_*}), or 0. */
  public int event() {
    return status >>> 16;
  }

  /** Whether the stop is at the entry or the exit of a system call. */
  public boolean atSystemCall() {
    return stopped() && event() == 0 && stopSignal() == SYSCALL_STOP;
  }
}
