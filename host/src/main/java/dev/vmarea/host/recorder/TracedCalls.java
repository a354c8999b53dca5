// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import static dev.vmarea.host.nativecalls.SystemCall.*;

import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.tracing.SeccompFilter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls that stop the program, and those of their arguments that decide whether they do. */
final class TracedCalls {
  private static final int PR_SET_MM = 35;
  private static final int PR_SET_THP_DISABLE = 41;
  private static final int PR_SET_MDWE = 65;
  private static final int PR_SET_MEMORY_MERGE = 67;
  private static final int PR_SET_VMA = 0x53564d41;
  private static final int F_DUPFD = 0;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_ADD_SEALS = 1033;
  private static final int UFFDIO_REGISTER = 0xc020_aa00;
  private static final int UFFDIO_UNREGISTER = 0x8010_aa01;

  private static final Map<SystemCall, CallKind> KINDS = kinds();

  /** Calls that are traced only with some values of one argument. */
  private static final Map<SystemCall, Condition> CONDITIONS =
      new EnumMap<>(
          Map.of(
              PRCTL,
              new Condition(
                  0,
                  List.of(
                      PR_SET_MM, PR_SET_THP_DISABLE, PR_SET_MDWE, PR_SET_MEMORY_MERGE, PR_SET_VMA)),
              FCNTL,
              new Condition(1, List.of(F_DUPFD, F_DUPFD_CLOEXEC, F_ADD_SEALS)),
              IOCTL,
              new Condition(1, List.of(UFFDIO_REGISTER, UFFDIO_UNREGISTER))));

  private record Condition(int argument, List<Integer> values) {}

  private TracedCalls() {}

  private static Map<SystemCall, CallKind> kinds() {
    final Map<SystemCall, CallKind> kinds = new EnumMap<>(SystemCall.class);
    put(
        kinds,
        CallKind.MEMORY,
        MMAP,
        MUNMAP,
        MPROTECT,
        MREMAP,
        BRK,
        MADVISE,
        MLOCK,
        MLOCK2,
        MUNLOCK,
        MLOCKALL,
        MUNLOCKALL,
        MSYNC,
        MINCORE,
        MSEAL,
        PKEY_MPROTECT,
        PKEY_ALLOC,
        PKEY_FREE,
        MBIND,
        SET_MEMPOLICY_HOME_NODE,
        REMAP_FILE_PAGES,
        PROCESS_MADVISE,
        MAP_SHADOW_STACK,
        SHMAT,
        SHMDT,
        IO_SETUP,
        IO_DESTROY,
        PRCTL,
        IOCTL,
        PRLIMIT64,
        SETRLIMIT,
        PERSONALITY);
    put(kinds, CallKind.CLONE, FORK, VFORK, CLONE, CLONE3);
    put(kinds, CallKind.EXEC, EXECVE, EXECVEAT);
    put(
        kinds,
        CallKind.CONTEXT,
        OPEN,
        OPENAT,
        OPENAT2,
        CREAT,
        CLOSE,
        CLOSE_RANGE,
        DUP,
        DUP2,
        DUP3,
        FCNTL,
        MEMFD_CREATE,
        MEMFD_SECRET,
        USERFAULTFD,
        PERF_EVENT_OPEN,
        IO_URING_SETUP,
        PIDFD_OPEN,
        PIDFD_GETFD,
        FTRUNCATE,
        TRUNCATE,
        SHMGET,
        SHMCTL,
        UNLINK,
        UNLINKAT,
        RENAME,
        RENAMEAT,
        RENAMEAT2,
        CHDIR,
        FCHDIR,
        CHROOT,
        SETUID,
        SETGID,
        SETREUID,
        SETREGID,
        SETRESUID,
        SETRESGID,
        SETFSUID,
        SETFSGID,
        CAPSET,
        SETNS,
        UNSHARE);
    return kinds;
  }

  private static void put(
      final Map<SystemCall, CallKind> kinds, final CallKind kind, final SystemCall... calls) {
    for (final SystemCall call : calls) {
      kinds.put(call, kind);
    }
  }

  /** Whether the call, where it succeeds, may change the effective capabilities of its thread. */
  static boolean changesCapabilities(final SystemCall call) {
    return switch (call) {
      case SETUID, SETREUID, SETRESUID, SETFSUID, CAPSET, SETNS, UNSHARE -> true;
      default -> false;
    };
  }

  /** How a call with these arguments is treated, or null when it is not recorded. */
  static @Nullable CallKind kind(final SystemCall call, final long[] arguments) {
    final CallKind kind = KINDS.get(call);
    final Condition condition = CONDITIONS.get(call);
    if (kind == null
        || (condition != null
            && !condition.values().contains((int) arguments[condition.argument()]))) {
      return null;
    }
    return kind;
  }

  /** The filter rules for the calls that the machine has. */
  static List<SeccompFilter.Rule> rules(final SyscallNumbers numbers) {
    final List<SeccompFilter.Rule> rules = new ArrayList<>();
    for (final SystemCall call : KINDS.keySet()) {
      if (numbers.has(call)) {
        final Condition condition = CONDITIONS.get(call);
        rules.add(
            condition == null
                ? new SeccompFilter.Rule(numbers.number(call), -1, List.of())
                : new SeccompFilter.Rule(
                    numbers.number(call), condition.argument(), condition.values()));
      }
    }
    return rules;
  }
}
