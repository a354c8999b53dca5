// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.puppet.Puppet;
import dev.vmarea.host.puppet.PuppetException;
import dev.vmarea.testkit.Call;
import dev.vmarea.testkit.Touch;
import dev.vmarea.testkit.WrittenBytes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Makes generated calls on the kernel: one puppet, and those that it forks. */
final class KernelProcesses implements AutoCloseable {
  private static final int MPOL_BIND = 2;
  private static final int NODE_BITS = 65;
  private static final int PUNCH_HOLE_KEEP_SIZE = 3;
  private static final int F_ADD_SEALS = 1033;
  private static final int IPC_RMID = 0;
  private static final int PR_SET_MDWE = 65;
  private static final int PR_SET_MEMORY_MERGE = 67;

  private final List<KernelProcess> processes = new ArrayList<>();
  private final Constants constants;
  private final List<OpenFiles.Segment> segments;
  private int current;

  /** Where the puppet has what calls point to: the mask of node 0, what files are written with. */
  record Constants(long nodeMask, long capabilityHeader, long noCapabilities, long writtenBytes) {}

  KernelProcesses(
      final Puppet first, final Constants constants, final List<OpenFiles.Segment> segments)
      throws IOException {
    processes.add(new KernelProcess(first));
    this.constants = constants;
    this.segments = segments;
  }

  KernelProcess process() {
    return processes.get(current);
  }

  KernelProcess process(final int number) {
    return processes.get(number);
  }

  int count() {
    return processes.size();
  }

  /** Gives up all capabilities. */
  long dropCapabilities() throws PuppetException {
    return process()
        .puppet()
        .call(SystemCall.CAPSET, constants.capabilityHeader, constants.noCapabilities);
  }

  /** Runs {@code call}: the same kind of result as the model's. */
  long run(final Call call, final byte value) throws PuppetException, IOException {
    final Puppet puppet = process().puppet();
    final long[] a = call.values();
    return switch (call.verb()) {
      case MMAP -> puppet.call(SystemCall.MMAP, a);
      case MUNMAP -> puppet.call(SystemCall.MUNMAP, a);
      case MPROTECT -> puppet.call(SystemCall.MPROTECT, a);
      case MREMAP -> puppet.call(SystemCall.MREMAP, a);
      case BRK -> puppet.call(SystemCall.BRK, a);
      case MADVISE -> puppet.call(SystemCall.MADVISE, a);
      case MLOCK2 -> puppet.call(SystemCall.MLOCK2, a);
      case MUNLOCK -> puppet.call(SystemCall.MUNLOCK, a);
      case MSEAL -> puppet.call(SystemCall.MSEAL, a[0], a[1], 0);
      case MBIND ->
          a[2] == 0
              ? puppet.call(SystemCall.MBIND, a[0], a[1])
              : puppet.call(
                  SystemCall.MBIND, a[0], a[1], MPOL_BIND, constants.nodeMask, NODE_BITS, 0);
      case WRITE -> touch(puppet.access(a[0], true, value));
      case READ -> {
        final long result = touch(puppet.access(a[0], false, value));
        yield result == Touch.DONE ? puppet.loaded() : result;
      }
      case FORK -> fork();
      case MLOCKALL -> puppet.call(SystemCall.MLOCKALL, a);
      case MUNLOCKALL -> puppet.call(SystemCall.MUNLOCKALL);
      case MSYNC -> puppet.call(SystemCall.MSYNC, a);
      case MINCORE -> puppet.call(SystemCall.MINCORE, a);
      case REMAP_FILE_PAGES -> puppet.call(SystemCall.REMAP_FILE_PAGES, a);
      case SHMAT -> puppet.call(SystemCall.SHMAT, segment(a[0]), a[1], a[2]);
      case SHMDT -> puppet.call(SystemCall.SHMDT, a);
      case SET_MEMPOLICY_HOME_NODE -> puppet.call(SystemCall.SET_MEMPOLICY_HOME_NODE, a);
      case SET_MEMORY_MERGE -> puppet.call(SystemCall.PRCTL, PR_SET_MEMORY_MERGE, a[0]);
      case FTRUNCATE -> puppet.call(SystemCall.FTRUNCATE, a);
      case PWRITE64 ->
          puppet.call(
              SystemCall.PWRITE64,
              a[0],
              constants.writtenBytes + WrittenBytes.start(value),
              a[2],
              a[1]);
      case PUNCH_HOLE -> puppet.call(SystemCall.FALLOCATE, a[0], PUNCH_HOLE_KEEP_SIZE, a[1], a[2]);
      case ADD_SEALS -> puppet.call(SystemCall.FCNTL, a[0], F_ADD_SEALS, a[1]);
      case SHM_REMOVE -> puppet.call(SystemCall.SHMCTL, segment(a[0]), IPC_RMID, 0);
      case SETRLIMIT -> limit(puppet.pid(), a[0], a[1]);
      case SET_MDWE -> puppet.call(SystemCall.PRCTL, PR_SET_MDWE, a[0]);
      case PERSONALITY -> puppet.call(SystemCall.PERSONALITY, a);
      case SWITCH -> {
        current = (int) Math.floorMod(a[0], (long) processes.size());
        yield 0;
      }
      case EXIT -> exit();
    };
  }

  long segment(final long number) {
    return number < 1 || number > segments.size() ? -1 : segments.get((int) number - 1).id();
  }

  private static long touch(final Puppet.Access access) {
    return switch (access) {
      case DONE -> Touch.DONE;
      case NOT_MAPPED -> Touch.NOT_MAPPED;
      case NOT_ALLOWED -> Touch.NOT_ALLOWED;
      case NO_PAGE -> Touch.NO_PAGE;
    };
  }

  /** Sets a soft limit from outside: so the puppet needs no memory for the structure. */
  private static long limit(final int pid, final long resource, final long soft) {
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment limit = arena.allocate(2 * Long.BYTES, Long.BYTES);
      final long got =
          NativeCalls.syscall(SystemCall.PRLIMIT64, pid, resource, 0, limit.address(), 0, 0);
      if (got < 0) {
        return got;
      }
      limit.set(JAVA_LONG, 0, soft);
      return NativeCalls.syscall(SystemCall.PRLIMIT64, pid, resource, limit.address(), 0, 0, 0);
    }
  }

  private long fork() throws PuppetException, IOException {
    final Puppet.Forked forked = process().puppet().fork();
    final Puppet child = forked.child();
    if (child == null) {
      return forked.result();
    }
    processes.add(new KernelProcess(child));
    current = processes.size() - 1;
    return 0;
  }

  private long exit() {
    if (processes.size() > 1) {
      processes.remove(current).close();
      current = Math.min(current, processes.size() - 1);
    }
    return 0;
  }

  @Override
  public void close() {
    processes.forEach(KernelProcess::close);
    processes.clear();
  }
}
