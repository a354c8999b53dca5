// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.nativecalls.NativeCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads tracepoint descriptions. Where tracefs is not mounted, it is opened through a mount that is
 * attached nowhere and vanishes with its descriptor: nothing on the host changes.
 */
final class Tracefs implements AutoCloseable {
  // the same number on every architecture
  private static final long FSOPEN = 430;
  private static final long FSCONFIG = 431;
  private static final long FSMOUNT = 432;
  private static final long CLOEXEC = 1;
  private static final long FSCONFIG_CMD_CREATE = 6;

  private final Path root;
  private final int mount;

  private Tracefs(final Path root, final int mount) {
    this.root = root;
    this.mount = mount;
  }

  /** Where a tracepoint's number and the fields that are used here stand. Offsets in bytes. */
  record Tracepoint(long id, int addressAt, int errorCodeAt) {}

  /** A readable tracefs, or null. */
  static @Nullable Tracefs open() {
    for (final String mounted : List.of("/sys/kernel/tracing", "/sys/kernel/debug/tracing")) {
      final Path events = Path.of(mounted, "events");
      if (Files.isReadable(events) && Files.isExecutable(events)) {
        return new Tracefs(Path.of(mounted), -1);
      }
    }
    return openDetached();
  }

  private static @Nullable Tracefs openDetached() {
    final long context;
    try (Arena arena = Arena.ofConfined()) {
      final byte[] name = "tracefs".getBytes(StandardCharsets.ISO_8859_1);
      context = NativeCalls.syscall(FSOPEN, NativeCalls.cString(arena, name).address(), CLOEXEC);
    }
    if (context < 0) {
      return null;
    }
    long mount = NativeCalls.syscall(FSCONFIG, context, FSCONFIG_CMD_CREATE, 0, 0, 0, 0);
    if (mount == 0) {
      mount = NativeCalls.syscall(FSMOUNT, context, CLOEXEC, 0);
    }
    ProcFile.close((int) context);
    return mount < 0 ? null : new Tracefs(Path.of("/proc/self/fd/" + mount), (int) mount);
  }

  /** The tracepoint, or null where the kernel has none of this name or it cannot be read. */
  @Nullable Tracepoint tracepoint(final String system, final String name) {
    final Path event = root.resolve("events").resolve(system).resolve(name);
    try {
      final String id = Files.readString(event.resolve("id"), StandardCharsets.ISO_8859_1);
      final String format = Files.readString(event.resolve("format"), StandardCharsets.ISO_8859_1);
      final int address = offset(format, "address");
      final int errorCode = offset(format, "error_code");
      return address < 0 || errorCode < 0
          ? null
          : new Tracepoint(Long.parseLong(id.strip()), address, errorCode);
    } catch (final IOException | NumberFormatException unreadable) {
      return null;
    }
  }

  private static int offset(final String format, final String field) {
    for (final String line : format.split("\n", -1)) {
      final int at = line.indexOf("offset:");
      if (at > 0 && line.substring(0, at).contains(" " + field + ";")) {
        final int end = line.indexOf(';', at);
        return Integer.parseInt(line.substring(at + "offset:".length(), end));
      }
    }
    return -1;
  }

  @Override
  public void close() {
    ProcFile.close(mount);
  }
}
