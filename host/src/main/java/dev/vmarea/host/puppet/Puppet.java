// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.puppet;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.Signals;
import dev.vmarea.host.tracing.WaitStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One stopped process that makes one call, load or store when it is told, and stops again. It runs
 * nothing else: no library, no signal handler, no other thread.
 *
 * <p>Confined to the thread that made it. It is killed when that thread ends.
 */
public final class Puppet implements AutoCloseable {
  /** The load or store was made. */
  public static final long DONE = 0;

  private static final int RIP = 128;
  private static final int RAX = 80;
  private static final int ORIG_RAX = 120;
  private static final int RDI = 112;
  private static final int[] ARGUMENTS = {112, 104, 96, 56, 72, 64};
  private static final Ptrace.SignalInfo NO_FAULT = new Ptrace.SignalInfo(0, 0, 0);
  private static final int SIGSEGV = 11;
  private static final int SIGBUS = 7;
  private static final int SEGV_ACCERR = 2;
  private static final int FORK_EVENT = Signals.SIGTRAP | Ptrace.EVENT_FORK << 8;

  private final Ptrace ptrace;
  private final SyscallNumbers numbers;
  private final int pid;
  private final byte[] registers;
  private final ByteBuffer view;
  private boolean alive = true;
  private Ptrace.SignalInfo fault = NO_FAULT;

  Puppet(final Ptrace ptrace, final SyscallNumbers numbers, final int pid) {
    this.ptrace = ptrace;
    this.numbers = numbers;
    this.pid = pid;
    this.registers = ptrace.registers(pid);
    this.view = ByteBuffer.wrap(registers).order(ByteOrder.nativeOrder());
  }

  /** What came of a load or a store. */
  public enum Access {
    /** It was made. */
    DONE,
    /** SIGSEGV, nothing mapped there. */
    NOT_MAPPED,
    /** SIGSEGV, not allowed. */
    NOT_ALLOWED,
    /** SIGBUS. */
    NO_PAGE
  }

  /** The process. */
  public int pid() {
    return pid;
  }

  /**
   * Makes a system call.
   *
   * @param arguments at most six; the others are 0
   * @return what the kernel returns: a value or a negated errno
   * @throws PuppetException if the puppet died
   */
  public long call(final SystemCall call, final long... arguments) throws PuppetException {
    prepare(call, arguments);
    final WaitStatus status = run();
    if (status.stopSignal() != Signals.SIGTRAP || status.event() != 0) {
      throw lost(status);
    }
    return result();
  }

  private void prepare(final SystemCall call, final long... arguments) throws PuppetException {
    for (int i = 0; i < ARGUMENTS.length; i++) {
      view.putLong(ARGUMENTS[i], i < arguments.length ? arguments[i] : 0);
    }
    view.putLong(RAX, numbers.number(call));
    view.putLong(RIP, PuppetImage.SYSCALL_STUB);
    setRegisters();
  }

  private void setRegisters() throws PuppetException {
    // else the kernel would go back to repeat an interrupted call
    view.putLong(ORIG_RAX, -1);
    if (ptrace.setRegisters(pid, registers) < 0) {
      alive = false;
      throw new PuppetException(PuppetException.Reason.DIED, "the puppet is gone: pid=" + pid);
    }
  }

  private WaitStatus run() throws PuppetException {
    ptrace.resume(pid, 0);
    return awaitStop();
  }

  private WaitStatus awaitStop() throws PuppetException {
    final WaitStatus status = ptrace.await(pid, 0);
    if (status.tid() != pid || !status.stopped()) {
      throw lost(status);
    }
    return status;
  }

  private PuppetException lost(final WaitStatus status) {
    final String how;
    if (status.tid() == pid && status.stopped()) {
      how = "stopped by " + Signals.name(status.stopSignal() & 0x7f);
    } else {
      alive = false;
      how = status.killed() ? "killed by " + Signals.name(status.killedBy()) : "gone";
    }
    return new PuppetException(
        PuppetException.Reason.DIED, "the puppet did not come back: pid=" + pid + " " + how);
  }

  private long result() throws PuppetException {
    final byte[] after = ptrace.registers(pid);
    if (after.length < registers.length) {
      alive = false;
      throw new PuppetException(PuppetException.Reason.DIED, "the puppet is gone: pid=" + pid);
    }
    return ByteBuffer.wrap(after).order(ByteOrder.nativeOrder()).getLong(RAX);
  }

  /**
   * Loads or stores one byte. What stands there is not looked at; a store writes 0.
   *
   * @throws PuppetException if the puppet died
   */
  public Access access(final long address, final boolean store) throws PuppetException {
    return access(address, store, (byte) 0);
  }

  /** The same; a store writes {@code value}, and what a load finds is {@link #loaded}. */
  public Access access(final long address, final boolean store, final byte value)
      throws PuppetException {
    view.putLong(RDI, address);
    view.putLong(RAX, value & 0xff);
    view.putLong(RIP, store ? PuppetImage.STORE_STUB : PuppetImage.LOAD_STUB);
    setRegisters();
    final WaitStatus status = run();
    final int signal = status.stopSignal();
    fault = signal == SIGSEGV || signal == SIGBUS ? ptrace.signalInfo(pid, signal) : NO_FAULT;
    return switch (signal) {
      case Signals.SIGTRAP -> Access.DONE;
      case SIGBUS -> Access.NO_PAGE;
      case SIGSEGV -> fault.code() == SEGV_ACCERR ? Access.NOT_ALLOWED : Access.NOT_MAPPED;
      default -> throw lost(status);
    };
  }

  /** The signal that the last load or store ended with; number 0 if it was made. */
  public Ptrace.SignalInfo fault() {
    return fault;
  }

  /** The byte that the load just made has found. */
  public int loaded() throws PuppetException {
    return (int) result() & 0xff;
  }

  /**
   * Forks. Both processes are stopped behind the call afterwards.
   *
   * @return the child, or a negated errno in place of one
   * @throws PuppetException if the puppet died
   */
  public Forked fork() throws PuppetException {
    prepare(SystemCall.FORK);
    WaitStatus status = run();
    Puppet child = null;
    if ((status.status() >> 8 & 0xffff) == FORK_EVENT) {
      final int childPid = (int) ptrace.eventMessage(pid);
      status = run();
      final WaitStatus first = ptrace.await(childPid, 0);
      if (first.tid() != childPid || !first.stopped()) {
        throw new PuppetException(PuppetException.Reason.DIED, "a forked puppet is gone");
      }
      child = new Puppet(ptrace, numbers, childPid);
    }
    if (status.stopSignal() != Signals.SIGTRAP || status.event() != 0) {
      throw lost(status);
    }
    return new Forked(child, child == null ? result() : child.pid());
  }

  /**
   * What fork returned.
   *
   * @param child the new process, or null
   * @param result its number, or a negated errno
   */
  public record Forked(@org.jspecify.annotations.Nullable Puppet child, long result) {}

  /** Kills the process and waits until it is gone. */
  @Override
  public void close() {
    if (!alive) {
      return;
    }
    alive = false;
    NativeCalls.syscall(SystemCall.KILL, pid, Signals.SIGKILL, 0, 0, 0, 0);
    WaitStatus status;
    do {
      status = ptrace.await(pid, 0);
      if (status.tid() == pid && status.stopped()) {
        ptrace.resume(pid, 0);
      }
    } while (status.tid() == pid && status.stopped());
  }
}
