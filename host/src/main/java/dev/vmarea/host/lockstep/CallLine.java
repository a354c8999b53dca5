// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.testkit.Call;
import dev.vmarea.trace.strace.StraceWriter;
import dev.vmarea.trace.strace.SyscallName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A generated call as a line of strace. */
final class CallLine {
  private static final String[] RESOURCES = {
    "RLIMIT_CPU",
    "RLIMIT_FSIZE",
    "RLIMIT_DATA",
    "RLIMIT_STACK",
    "RLIMIT_CORE",
    "RLIMIT_RSS",
    "RLIMIT_NPROC",
    "RLIMIT_NOFILE",
    "RLIMIT_MEMLOCK",
    "RLIMIT_AS"
  };
  private static final int PUNCH_KEEP = 3;
  private static final int PR_SET_MDWE = 65;
  private static final int PR_SET_MEMORY_MERGE = 67;

  private CallLine() {}

  static void write(final StraceWriter writer, final Twin.Step step, final Twin twin)
      throws IOException {
    final Call call = step.call();
    final long[] a = call.values();
    final int pid = step.pid();
    final long result = step.result();
    switch (call.verb()) {
      case MBIND -> {
        final byte[] mask = a[2] == 0 ? bytes("NULL") : bytes("[0x00000000000001]");
        writer.call(
            pid,
            SyscallName.MBIND,
            new long[] {a[0], a[1], a[2] == 0 ? 0 : 2, 0, a[2] == 0 ? 0 : 65, 0},
            new byte @Nullable [][] {null, null, null, mask, null, null},
            result,
            null);
      }
      case MSEAL -> plain(writer, step, SyscallName.MSEAL, a[0], a[1], 0);
      case SET_MEMORY_MERGE ->
          plain(writer, step, SyscallName.PRCTL, PR_SET_MEMORY_MERGE, a[0], 0, 0, 0);
      case SET_MDWE -> plain(writer, step, SyscallName.PRCTL, PR_SET_MDWE, a[0], 0, 0, 0);
      case SHMAT -> plain(writer, step, SyscallName.SHMAT, twin.segmentId(a[0]), a[1], a[2]);
      case PUNCH_HOLE -> plain(writer, step, SyscallName.FALLOCATE, a[0], PUNCH_KEEP, a[1], a[2]);
      case ADD_SEALS ->
          writer.rawCall(pid, "fcntl", a[0] + ", F_ADD_SEALS, 0x" + Long.toHexString(a[1]), result);
      case SHM_REMOVE -> plain(writer, step, SyscallName.SHMCTL, twin.segmentId(a[0]), 0, 0);
      case SETRLIMIT ->
          writer.rawCall(
              pid,
              "setrlimit",
              RESOURCES[(int) a[0]]
                  + ", {rlim_cur="
                  + limit(a[1])
                  + ", rlim_max="
                  + limit(twin.hardLimit((int) a[0]))
                  + "}",
              result);
      default -> plain(writer, step, SyscallName.valueOf(call.verb().name()), a);
    }
  }

  private static String limit(final long value) {
    return value == -1 ? "RLIM_INFINITY" : Long.toUnsignedString(value);
  }

  private static void plain(
      final StraceWriter writer, final Twin.Step step, final SyscallName name, final long... a)
      throws IOException {
    writer.call(step.pid(), name, a, null, step.result(), null);
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
