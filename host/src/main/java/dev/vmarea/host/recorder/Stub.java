// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.RegisterLayout;
import dev.vmarea.host.tracing.RemoteMemory;
import dev.vmarea.host.tracing.SeccompFilter;
import dev.vmarea.host.tracing.Signals;
import dev.vmarea.host.tracing.SyscallStop;
import dev.vmarea.host.tracing.TracingRefusal;
import dev.vmarea.host.tracing.WaitStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The process that becomes the program. It starts as a shell that does nothing, is seized, and then
 * makes the calls that are put into its registers: it installs the filter and executes the program,
 * so that the program begins as it would without us and no call of it is missed.
 */
final class Stub {
  private static final int OPTIONS =
      Ptrace.OPTION_SYSGOOD
          | Ptrace.OPTION_FORK
          | Ptrace.OPTION_VFORK
          | Ptrace.OPTION_CLONE
          | Ptrace.OPTION_EXEC
          | Ptrace.OPTION_EXIT
          | Ptrace.OPTION_SECCOMP
          | Ptrace.OPTION_EXITKILL;

  /**
   * Builtins only, so that it never forks: asks whether we are alive until it is seized, which ends
   * it if we are not.
   */
  private static final List<byte[]> SHELL =
      List.of(bytes("sh"), bytes("-c"), bytes("while kill -0 $PPID; do :; done"));

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int SECCOMP_SET_MODE_FILTER = 1;
  private static final int EACCES = 13;
  private static final int PAGE_BYTES = 4096;

  /** Bytes of {@code struct sock_fprog}: a length, padding and a pointer. */
  private static final int PROGRAM_HEADER_BYTES = 16;

  private final Ptrace ptrace;
  private final RemoteMemory memory;
  private final SyscallNumbers numbers = SyscallNumbers.host();
  private final RegisterLayout layout = RegisterLayout.of(numbers.architecture());
  private final int pid;
  private byte[] registers = new byte[0];
  private boolean filtered;
  private boolean noNewPrivileges;

  private Stub(final Ptrace ptrace, final RemoteMemory memory, final int pid) {
    this.ptrace = ptrace;
    this.memory = memory;
    this.pid = pid;
  }

  /**
   * Starts the stub and stops it behind a system call.
   *
   * @throws RecordingException.TracingRefused if the host does not let us trace
   */
  static Stub start(final Ptrace ptrace, final RemoteMemory memory) throws RecordingException {
    final long pid =
        NativeCalls.posixSpawn(bytes("/bin/sh"), SHELL, List.of(bytes("PATH=/usr/bin:/bin")));
    if (pid < 0) {
      throw new RecordingException.TracingRefused(
          "/bin/sh, which starts the program, cannot be run: errno=" + -pid);
    }
    final Stub stub = new Stub(ptrace, memory, (int) pid);
    try {
      stub.seize();
    } catch (final RecordingException | RuntimeException e) {
      stub.kill();
      throw e;
    }
    return stub;
  }

  private void seize() throws RecordingException {
    final long error = ptrace.seize(pid, OPTIONS);
    if (error < 0) {
      throw refused(-error);
    }
    ptrace.interrupt(pid);
    awaitStop();
    final SyscallStop stop = nextExit();
    if (stop.kind() != SyscallStop.Kind.EXIT) {
      throw new RecordingException.TracingRefused(
          "the kernel does not tell about system calls: PTRACE_GET_SYSCALL_INFO needs Linux 5.3");
    }
    registers = ptrace.registers(pid);
  }

  private static RecordingException refused(final long errno) {
    return new RecordingException.TracingRefused(
        TracingRefusal.message(errno)
            + " A log made elsewhere with `strace -f` can be replayed without ptrace.");
  }

  /** The process. */
  int pid() {
    return pid;
  }

  /** Whether a filter picks the calls that stop. */
  boolean filtered() {
    return filtered;
  }

  /** Whether the filter took set-uid programs their privileges. */
  boolean noNewPrivileges() {
    return noNewPrivileges;
  }

  /**
   * Installs the filter, unless that is not wanted or not possible, and lets the stub run into its
   * execve: the next stops are those of the program's start.
   */
  void execute(final Command command, final boolean wantFilter) throws RecordingException {
    final List<byte[]> strings = new ArrayList<>();
    strings.add(command.path());
    strings.addAll(command.arguments());
    strings.addAll(command.environment());
    final byte[] filter = SeccompFilter.program(numbers.architecture(), TracedCalls.rules(numbers));
    int size = PROGRAM_HEADER_BYTES + filter.length + (strings.size() + 2) * Long.BYTES;
    for (final byte[] string : strings) {
      size += string.length + 1;
    }
    final long pages = (size + PAGE_BYTES - 1L) / PAGE_BYTES;
    final long base =
        call(SystemCall.MMAP, 0, pages * PAGE_BYTES, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    if (NativeCalls.isError(base)) {
      throw new RecordingException.CommandUnusable(
          "no memory for the program's arguments: errno=" + -base);
    }
    final Arguments arguments = place(base, filter, command, strings, size);
    if (!memory.write(pid, base, arguments.image())) {
      throw new RecordingException.TracingRefused("the program's memory cannot be written");
    }
    if (wantFilter) {
      install(base);
    }
    ptrace.setRegisters(
        pid,
        layout.calling(
            registers,
            numbers.number(SystemCall.EXECVE),
            arguments.path(),
            arguments.argv(),
            arguments.envp()));
    if (filtered) {
      ptrace.resume(pid, 0);
    } else {
      ptrace.resumeToSystemCall(pid, 0);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // handed over once
  private record Arguments(byte[] image, long path, long argv, long envp) {}

  private static Arguments place(
      final long base,
      final byte[] filter,
      final Command command,
      final List<byte[]> strings,
      final int size) {
    final ByteBuffer image = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    image.putShort((short) (filter.length / Long.BYTES));
    image.putLong(Long.BYTES, base + PROGRAM_HEADER_BYTES);
    image.position(PROGRAM_HEADER_BYTES);
    image.put(filter);
    final long argv = base + image.position();
    final int variables = command.environment().size();
    final int count = command.arguments().size();
    final long envp = argv + (count + 1L) * Long.BYTES;
    int at = image.position() + (count + variables + 2) * Long.BYTES;
    final long path = base + at;
    for (int i = 0; i < strings.size(); i++) {
      if (i > 0) {
        // the first string is the path; behind the arguments stands a null, and so at the end
        image.putLong(base + at);
        if (i == count || i == count + variables) {
          image.putLong(0);
        }
      }
      image.put(at, strings.get(i));
      at += strings.get(i).length + 1;
    }
    return new Arguments(image.array(), path, argv, envp);
  }

  private void install(final long program) throws RecordingException {
    long error = call(SystemCall.SECCOMP, SECCOMP_SET_MODE_FILTER, 0, program);
    if (error == -EACCES) {
      noNewPrivileges = call(SystemCall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
      error = call(SystemCall.SECCOMP, SECCOMP_SET_MODE_FILTER, 0, program);
    }
    filtered = error == 0;
  }

  /** Makes the stub do one call and returns its result. */
  private long call(final SystemCall call, final long... arguments) throws RecordingException {
    ptrace.setRegisters(pid, layout.calling(registers, numbers.number(call), arguments));
    return nextExit().result();
  }

  /**
   * Runs to the exit of a call whose entry was seen at the same place. The stub may still be inside
   * the execve that made it a shell: behind that one stands no instruction to go back to.
   */
  private SyscallStop nextExit() throws RecordingException {
    int signal = 0;
    long entered = 0;
    for (; ; ) {
      ptrace.resumeToSystemCall(pid, signal);
      final WaitStatus status = awaitStop();
      signal = 0;
      if (status.atSystemCall()) {
        final SyscallStop stop = ptrace.systemCall(pid);
        if (stop.kind() == SyscallStop.Kind.ENTRY) {
          entered = stop.instructionPointer();
        } else if (stop.kind() == SyscallStop.Kind.NONE || stop.instructionPointer() == entered) {
          return stop;
        }
      } else if (status.event() == 0) {
        signal = status.stopSignal();
      }
    }
  }

  private WaitStatus awaitStop() throws RecordingException {
    for (; ; ) {
      final WaitStatus status = ptrace.await(pid, 0);
      if (status.tid() == pid && status.stopped()) {
        return status;
      }
      if (status.tid() == pid) {
        throw new RecordingException.TracingRefused(
            status.killed()
                ? "the program was ended by " + Signals.name(status.killedBy()) + " before it began"
                : "/bin/sh, which starts the program, ended: status=" + status.exitStatus());
      }
    }
  }

  /** Ends the stub. */
  void kill() {
    NativeCalls.syscall(SystemCall.KILL, pid, Signals.SIGKILL, 0, 0, 0, 0);
    WaitStatus status;
    do {
      status = ptrace.await(pid, 0);
      if (status.stopped() && status.tid() > 0) {
        ptrace.resume(pid, 0);
      }
    } while (status.tid() == pid && status.stopped());
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
