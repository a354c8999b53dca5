// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/**
 * Descriptors of files under /proc/PID; such a descriptor stays with the address space it was
 * opened for.
 */
final class ProcFile {
  private static final int AT_FDCWD = -100;
  private static final int O_CLOEXEC = 0x80000;

  private ProcFile() {}

  /** The descriptor of /proc/TGID/{@code name}, opened for reading, or a negated errno. */
  static int open(final int tgid, final String name) {
    return open("/proc/" + tgid + "/" + name);
  }

  /** The descriptor of {@code path}, opened for reading, or a negated errno. */
  static int open(final String path) {
    try (Arena arena = Arena.ofConfined()) {
      final byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
      return (int)
          NativeCalls.syscall(
              SystemCall.OPENAT,
              AT_FDCWD,
              NativeCalls.cString(arena, bytes).address(),
              O_CLOEXEC,
              0,
              0,
              0);
    }
  }

  static void close(final int fd) {
    if (fd >= 0) {
      NativeCalls.syscall(SystemCall.CLOSE, fd, 0, 0, 0, 0, 0);
    }
  }
}
