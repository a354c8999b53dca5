// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/**
 * A file system that is mounted nowhere: only its descriptor leads into it. It is gone with that
 * and the files opened in it, however this process ends.
 */
final class DetachedMount implements AutoCloseable {
  private static final int SET_STRING = 1;
  private static final int CREATE = 6;
  private static final int O_CLOEXEC = 02000000;
  private static final int O_CREAT = 0100;
  private static final int CLOEXEC = 1;
  private static final int OWNER_ONLY = 0600;
  private static final int FOR_OWNER = 0700;

  private final int descriptor;

  private DetachedMount(final int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Mounts a file system.
   *
   * @param type its name, as in /proc/filesystems
   * @param options its options: name, value, name, value, …
   * @throws IOException if this host does not permit it; the message says why
   */
  static DetachedMount of(final String type, final String... options) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      final long context =
          check(
              type, NativeCalls.syscall(SystemCall.FSOPEN, text(arena, type), CLOEXEC, 0, 0, 0, 0));
      try {
        for (int i = 0; i < options.length; i += 2) {
          final long name = text(arena, options[i]);
          final long value = text(arena, options[i + 1]);
          check(
              type,
              NativeCalls.syscall(SystemCall.FSCONFIG, context, SET_STRING, name, value, 0, 0));
        }
        check(type, NativeCalls.syscall(SystemCall.FSCONFIG, context, CREATE, 0, 0, 0, 0));
        return new DetachedMount(
            (int)
                check(type, NativeCalls.syscall(SystemCall.FSMOUNT, context, CLOEXEC, 0, 0, 0, 0)));
      } finally {
        NativeCalls.syscall(SystemCall.CLOSE, context, 0, 0, 0, 0, 0);
      }
    }
  }

  private static long check(final String type, final long result) throws IOException {
    if (result < 0) {
      throw new IOException(type + " cannot be mounted here: errno=" + -result);
    }
    return result;
  }

  private static long text(final Arena arena, final String text) {
    return NativeCalls.cString(arena, text.getBytes(StandardCharsets.ISO_8859_1)).address();
  }

  /** Its path, for calls of this process that take one. */
  String path(final String inside) {
    return "/proc/self/fd/" + descriptor + "/" + inside;
  }

  /** Makes a directory. */
  void directory(final String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      check(
          name,
          NativeCalls.syscall(
              SystemCall.MKDIRAT, descriptor, text(arena, name), FOR_OWNER, 0, 0, 0));
    }
  }

  /** Opens a file: its descriptor, or a negated errno. */
  long open(final String name, final int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return NativeCalls.syscall(
          SystemCall.OPENAT, descriptor, text(arena, name), flags | O_CLOEXEC, OWNER_ONLY, 0, 0);
    }
  }

  /** Makes an empty file of that many zeroes. */
  void file(final String name, final long size) throws IOException {
    final long made = check(name, open(name, O_CREAT | 2));
    NativeCalls.syscall(SystemCall.FTRUNCATE, made, size, 0, 0, 0, 0);
    NativeCalls.syscall(SystemCall.CLOSE, made, 0, 0, 0, 0, 0);
  }

  @Override
  public void close() {
    NativeCalls.syscall(SystemCall.CLOSE, descriptor, 0, 0, 0, 0, 0);
  }
}
