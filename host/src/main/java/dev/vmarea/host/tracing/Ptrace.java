// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.tracing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Requests of ptrace(2) and the waiting that goes with it.
 *
 * <p>Tracing belongs to an operating-system thread: an instance must be made, used and closed on
 * one and the same platform thread. Every request returns 0 or a value, or the negated errno;
 * {@code -ESRCH} means that the thread is gone or not stopped, which can happen at any moment,
 * since SIGKILL ends a stop.
 */
public final class Ptrace implements AutoCloseable {
  /** Forked: the event of {@code fork}-like calls. */
  public static final int EVENT_FORK = 1;

  /** The event of {@code vfork}-like calls: the caller waits for the child's exec or exit. */
  public static final int EVENT_VFORK = 2;

  /** The event of other {@code clone} calls. */
  public static final int EVENT_CLONE = 3;

  /** A new program was loaded. */
  public static final int EVENT_EXEC = 4;

  /** A thread is about to end; its memory is still there. */
  public static final int EVENT_EXIT = 6;

  /** A seccomp filter asked for the tracer. */
  public static final int EVENT_SECCOMP = 7;

  /** A group-stop, a new child's first stop, or an interrupt. */
  public static final int EVENT_STOP = 128;

  /** System-call stops carry a mark that tells them from SIGTRAP. */
  public static final int OPTION_SYSGOOD = 1;

  /** Children of fork are traced from their first instruction on. */
  public static final int OPTION_FORK = 1 << EVENT_FORK;

  /** Children of vfork are traced from their first instruction on. */
  public static final int OPTION_VFORK = 1 << EVENT_VFORK;

  /** Children of clone are traced from their first instruction on. */
  public static final int OPTION_CLONE = 1 << EVENT_CLONE;

  /** Stop after a successful exec. */
  public static final int OPTION_EXEC = 1 << EVENT_EXEC;

  /** Stop before the end. */
  public static final int OPTION_EXIT = 1 << EVENT_EXIT;

  /** Stop where a seccomp filter returns {@code SECCOMP_RET_TRACE}. */
  public static final int OPTION_SECCOMP = 1 << EVENT_SECCOMP;

  /** The traced threads are killed when the tracer ends. */
  public static final int OPTION_EXITKILL = 1 << 20;

  /** {@code wait4}: return at once when there is nothing. */
  public static final int WAIT_NO_HANG = 1;

  private static final int WAIT_ALL = 0x4000_0000;

  /** Only children of this thread: those the JVM started elsewhere keep their own waiter. */
  private static final int WAIT_NO_THREAD = 0x2000_0000;

  private static final int CONT = 7;
  private static final int DETACH = 17;
  private static final int SYSCALL = 24;
  private static final int GETEVENTMSG = 0x4201;
  private static final int GETSIGINFO = 0x4202;
  private static final int GETREGSET = 0x4204;
  private static final int SETREGSET = 0x4205;
  private static final int SEIZE = 0x4206;
  private static final int INTERRUPT = 0x4207;
  private static final int LISTEN = 0x4208;
  private static final int GET_SYSCALL_INFO = 0x420e;
  private static final int NT_PRSTATUS = 1;

  private static final int SYSCALL_INFO_BYTES = 88;
  private static final int REGISTER_BYTES = 512;
  private static final int SIGINFO_BYTES = 128;
  private static final SyscallStop.Kind[] KINDS = SyscallStop.Kind.values();
  private static final int ARGUMENTS = 6;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(REGISTER_BYTES, 16);
  private final MemorySegment vector = arena.allocate(16, 8);
  private final MemorySegment status = arena.allocate(8, 8);
  private final long ptraceNumber;
  private final long waitNumber;

  /** An instance for the calling thread. */
  public Ptrace() {
    final SyscallNumbers numbers = SyscallNumbers.host();
    ptraceNumber = numbers.number(SystemCall.PTRACE);
    waitNumber = numbers.number(SystemCall.WAIT4);
  }

  private long request(final int request, final int tid, final long address, final long data) {
    return NativeCalls.syscall(ptraceNumber, request, tid, address, data, 0, 0);
  }

  /** Begins tracing {@code tid} without stopping it; {@code options} are {@code OPTION_*} bits. */
  public long seize(final int tid, final int options) {
    return request(SEIZE, tid, 0, options);
  }

  /** Stops a running thread: it will report {@link #EVENT_STOP}. */
  public long interrupt(final int tid) {
    return request(INTERRUPT, tid, 0, 0);
  }

  /** Lets a stopped thread run, delivering {@code signal} unless it is 0. */
  public long resume(final int tid, final int signal) {
    return request(CONT, tid, 0, signal);
  }

  /** Like {@link #resume} up to the next entry or exit of a system call. */
  public long resumeToSystemCall(final int tid, final int signal) {
    return request(SYSCALL, tid, 0, signal);
  }

  /** Leaves a thread in its group-stop, to be told when that ends. */
  public long listen(final int tid) {
    return request(LISTEN, tid, 0, 0);
  }

  /** Ends tracing of a stopped thread. */
  public long detach(final int tid, final int signal) {
    return request(DETACH, tid, 0, signal);
  }

  /** The event's message: the new thread, the former thread, or the exit status. */
  public long eventMessage(final int tid) {
    final long error = request(GETEVENTMSG, tid, 0, buffer.address());
    return error < 0 ? error : buffer.get(JAVA_LONG, 0);
  }

  /** {@code siginfo_t} of the signal being delivered: number, errno, code, then by kind. */
  public SignalInfo signalInfo(final int tid, final int signal) {
    buffer.asSlice(0, SIGINFO_BYTES).fill((byte) 0);
    if (request(GETSIGINFO, tid, 0, buffer.address()) < 0) {
      return new SignalInfo(signal, 0, 0);
    }
    return new SignalInfo(
        buffer.get(JAVA_INT, 0), buffer.get(JAVA_INT, 8), buffer.get(JAVA_LONG, 16));
  }

  /**
   * Where a stopped thread stands.
   *
   * @return the stop, of kind NONE also when the thread is gone
   */
  public SyscallStop systemCall(final int tid) {
    final long bytes = request(GET_SYSCALL_INFO, tid, SYSCALL_INFO_BYTES, buffer.address());
    final long[] arguments = new long[ARGUMENTS];
    if (bytes < 0) {
      return new SyscallStop(SyscallStop.Kind.NONE, 0, 0, bytes, arguments, bytes);
    }
    final SyscallStop.Kind kind = KINDS[buffer.get(JAVA_BYTE, 0)];
    long number = -1;
    long result = 0;
    switch (kind) {
      case ENTRY, SECCOMP -> {
        number = buffer.get(JAVA_LONG, 24);
        for (int i = 0; i < ARGUMENTS; i++) {
          arguments[i] = buffer.get(JAVA_LONG, 32 + 8L * i);
        }
      }
      case EXIT -> result = buffer.get(JAVA_LONG, 24);
      case NONE -> {}
    }
    return new SyscallStop(
        kind, buffer.get(JAVA_INT, 4), buffer.get(JAVA_LONG, 8), number, arguments, result);
  }

  /** The general registers of a stopped thread as the kernel lays them out; empty when gone. */
  public byte[] registers(final int tid) {
    vector.set(JAVA_LONG, 0, buffer.address());
    vector.set(JAVA_LONG, 8, REGISTER_BYTES);
    if (request(GETREGSET, tid, NT_PRSTATUS, vector.address()) < 0) {
      return new byte[0];
    }
    return buffer.asSlice(0, vector.get(JAVA_LONG, 8)).toArray(JAVA_BYTE);
  }

  /** Sets the general registers of a stopped thread. */
  public long setRegisters(final int tid, final byte[] registers) {
    MemorySegment.copy(registers, 0, buffer, JAVA_BYTE, 0, registers.length);
    vector.set(JAVA_LONG, 0, buffer.address());
    vector.set(JAVA_LONG, 8, registers.length);
    return request(SETREGSET, tid, NT_PRSTATUS, vector.address());
  }

  /**
   * Waits for {@code tid} (-1: any) among the children and traced threads of this thread.
   *
   * @param flags 0 or {@link #WAIT_NO_HANG}
   * @return the report; its thread is 0 if there was nothing, else a negated errno on failure
   */
  public WaitStatus await(final int tid, final int flags) {
    final long found =
        NativeCalls.syscall(
            waitNumber, tid, status.address(), flags | WAIT_ALL | WAIT_NO_THREAD, 0);
    return new WaitStatus((int) found, found > 0 ? status.get(JAVA_INT, 0) : 0);
  }

  @Override
  public void close() {
    arena.close();
  }

  /**
   * The first fields of {@code siginfo_t}.
   *
   * @param signal the signal
   * @param code {@code si_code}
   * @param address {@code si_addr}, meaningful for faults only
   */
  public record SignalInfo(int signal, int code, long address) {}
}
