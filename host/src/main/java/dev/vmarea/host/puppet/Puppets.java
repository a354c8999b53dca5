// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.puppet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmarea.host.nativecalls.Architecture;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.NativeUnavailableException;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.TracingRefusal;
import dev.vmarea.host.tracing.WaitStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Starts puppets. Their program is never a file in any directory; they run without address
 * randomisation, and end with the thread that made them, however that ends.
 *
 * <p>Belongs to the platform thread that made it, as tracing does.
 */
public final class Puppets implements AutoCloseable {
  private static final int ADDR_NO_RANDOMIZE = 0x40000;
  private static final long ASK = 0xffff_ffffL;
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_EXEC = 0x10;
  private static final int SIGCHLD = 17;
  private static final int SIGNAL_SET_BYTES = 8;
  private static final int EINVAL = 22;
  private static final int MASK_BYTES = 1024; // 8192 processors
  private static final AtomicInteger STARTED = new AtomicInteger();

  private final Ptrace ptrace;
  private final SyscallNumbers numbers;

  /**
   * For the calling thread.
   *
   * @throws PuppetException if this machine is not one that puppets run on
   */
  public Puppets() throws PuppetException {
    try {
      numbers = SyscallNumbers.host();
    } catch (final NativeUnavailableException elsewhere) {
      throw new PuppetException(
          PuppetException.Reason.HOST, String.valueOf(elsewhere.getMessage()));
    }
    if (numbers.architecture() != Architecture.X86_64) {
      throw new PuppetException(
          PuppetException.Reason.HOST,
          "puppets are x86-64 programs; this machine is " + numbers.architecture().machine());
    }
    ptrace = new Ptrace();
  }

  /**
   * Starts a puppet: nothing in its memory but what execve put there, no descriptor open.
   *
   * @throws PuppetException if the host does not permit it; the message names the remedy
   */
  public Puppet start(final PuppetImage image) throws PuppetException {
    final int pid = spawn(image.toBytes());
    final long error =
        ptrace.seize(pid, Ptrace.OPTION_FORK | Ptrace.OPTION_EXITKILL | Ptrace.OPTION_SYSGOOD);
    if (error < 0) {
      NativeCalls.syscall(SystemCall.KILL, pid, 9, 0, 0, 0, 0);
      ptrace.await(pid, 0);
      throw new PuppetException(PuppetException.Reason.HOST, TracingRefusal.message(-error));
    }
    stay(pid);
    ptrace.interrupt(pid);
    final WaitStatus status = ptrace.await(pid, 0);
    if (status.tid() != pid || !status.stopped()) {
      throw new PuppetException(PuppetException.Reason.DIED, "the puppet ended at once");
    }
    final Puppet puppet = new Puppet(ptrace, numbers, pid);
    // Forked children vanish when they are killed, and nobody waits for them.
    puppet.call(SystemCall.RT_SIGACTION, SIGCHLD, image.ignoreAction(), 0, SIGNAL_SET_BYTES);
    puppet.call(SystemCall.CLOSE_RANGE, 0, 0xffff_ffffL, 0);
    return puppet;
  }

  /**
   * Leaves the puppet, and what it forks, one processor: each processor puts new pages aside and
   * hands them on in batches, and advice does not see those of another one.
   */
  private void stay(final int pid) {
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
      final long bytes =
          NativeCalls.syscall(SystemCall.SCHED_GETAFFINITY, 0, MASK_BYTES, mask.address(), 0, 0, 0);
      final BitSet allowed = BitSet.valueOf(mask.asSlice(0, Math.max(0, bytes)).toArray(JAVA_BYTE));
      if (allowed.isEmpty()) {
        return; // it may run where it likes
      }
      final int number = Math.floorMod(STARTED.getAndIncrement(), allowed.cardinality());
      int chosen = allowed.nextSetBit(0);
      for (int i = 0; i < number; i++) {
        chosen = allowed.nextSetBit(chosen + 1);
      }
      mask.fill((byte) 0);
      mask.set(JAVA_BYTE, chosen / Byte.SIZE, (byte) (1 << chosen % Byte.SIZE));
      NativeCalls.syscall(SystemCall.SCHED_SETAFFINITY, pid, MASK_BYTES, mask.address(), 0, 0, 0);
    }
  }

  private int spawn(final byte[] image) throws PuppetException {
    final int file = write(image);
    // Personality is inherited; this thread's own memory does not change by it.
    final long before = NativeCalls.syscall(numbers.number(SystemCall.PERSONALITY), ASK);
    NativeCalls.syscall(numbers.number(SystemCall.PERSONALITY), before | ADDR_NO_RANDOMIZE);
    try {
      final long pid =
          NativeCalls.posixSpawn(
              bytes("/proc/self/fd/" + file), List.of(bytes("puppet")), List.of());
      if (pid < 0) {
        throw new PuppetException(
            PuppetException.Reason.HOST,
            "the puppet, an executable memfd, cannot be executed: errno="
                + -pid
                + "; see /proc/sys/vm/memfd_noexec and whether /proc is mounted");
      }
      return (int) pid;
    } finally {
      NativeCalls.syscall(numbers.number(SystemCall.PERSONALITY), before);
      NativeCalls.syscall(SystemCall.CLOSE, file, 0, 0, 0, 0, 0);
    }
  }

  private static int write(final byte[] image) throws PuppetException {
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment name = NativeCalls.cString(arena, bytes("vmarea-puppet"));
      long file =
          NativeCalls.syscall(
              SystemCall.MEMFD_CREATE, name.address(), MFD_CLOEXEC | MFD_EXEC, 0, 0, 0, 0);
      if (file == -EINVAL) { // before Linux 6.3
        file =
            NativeCalls.syscall(SystemCall.MEMFD_CREATE, name.address(), MFD_CLOEXEC, 0, 0, 0, 0);
      }
      final MemorySegment bytes = arena.allocate(image.length);
      MemorySegment.copy(image, 0, bytes, JAVA_BYTE, 0, image.length);
      final long written =
          file < 0
              ? file
              : NativeCalls.syscall(
                  SystemCall.PWRITE64, file, bytes.address(), image.length, 0, 0, 0);
      if (written != image.length) {
        throw new PuppetException(
            PuppetException.Reason.HOST, "no memfd for the puppet's program: errno=" + -written);
      }
      return (int) file;
    }
  }

  @Override
  public void close() {
    ptrace.close();
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
