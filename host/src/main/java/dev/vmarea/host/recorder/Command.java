// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.trace.text.CString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program to start: its file found by the rules of execvp(3), its arguments and environment.
 *
 * @param path the file
 * @param arguments the arguments, the first being the name as given
 * @param environment {@code NAME=value} strings
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Command(byte[] path, List<byte[]> arguments, List<byte[]> environment) {
  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final int EXECUTABLE = 1;
  private static final int AT_FDCWD = -100;
  private static final int AT_EACCESS = 0x200;
  private static final int FACCESSAT2 = 439;
  private static final int ENOENT = 2;
  private static final int E2BIG = 7;
  private static final int ENOEXEC = 8;
  private static final int EACCES = 13;

  /** The environment of this process as the kernel has it, so that no name is decoded. */
  static List<byte[]> ownEnvironment() throws IOException {
    final List<byte[]> environment = new ArrayList<>();
    final ByteArrayOutputStream entry = new ByteArrayOutputStream();
    for (final byte b : Files.readAllBytes(Path.of("/proc/self/environ"))) {
      if (b != 0) {
        entry.write(b);
      } else if (entry.size() > 0) {
        environment.add(entry.toByteArray());
        entry.reset();
      }
    }
    return environment;
  }

  /**
   * Finds the program.
   *
   * @throws RecordingException.CommandUnusable if there is no such program or it cannot be executed
   */
  static Command resolve(final List<byte[]> arguments, final List<byte[]> environment)
      throws RecordingException {
    final String name = latin1(arguments.getFirst());
    if (name.isEmpty()) {
      throw new RecordingException.CommandUnusable("the program's name is empty");
    }
    if (name.indexOf('/') >= 0) {
      return new Command(usable(name, name), arguments, environment);
    }
    String searched = DEFAULT_PATH;
    for (final byte[] variable : environment) {
      final String text = latin1(variable);
      if (text.startsWith("PATH=")) {
        searched = text.substring("PATH=".length());
      }
    }
    String found = null;
    for (final String directory : searched.split(":", -1)) {
      final String candidate = (directory.isEmpty() ? "." : directory) + "/" + name;
      final State state = state(candidate);
      if (state == State.USABLE) {
        return new Command(bytes(candidate), arguments, environment);
      }
      if (state == State.NOT_EXECUTABLE && found == null) {
        found = candidate;
      }
    }
    if (found != null) {
      usable(found, name);
    }
    throw new RecordingException.CommandUnusable("no such program in PATH: " + printable(name));
  }

  private static byte[] usable(final String file, final String name) throws RecordingException {
    switch (state(file)) {
      case MISSING ->
          throw new RecordingException.CommandUnusable("no such program: " + printable(name));
      case DIRECTORY ->
          throw new RecordingException.CommandUnusable("is a directory: " + printable(name));
      case NOT_EXECUTABLE ->
          throw new RecordingException.CommandUnusable("not executable: " + printable(file));
      case USABLE -> {}
    }
    return bytes(file);
  }

  /** What to tell when the kernel refused to execute the program. */
  static RecordingException refused(final byte[] name, final int errno) {
    final String reason =
        switch (errno) {
          case ENOEXEC -> "is not a program: no executable format, and no #! line";
          case ENOENT -> "cannot be executed: its interpreter does not exist";
          case EACCES -> "cannot be executed: permission denied";
          case E2BIG -> "cannot be executed: the argument list is too long";
          default -> "cannot be executed: errno=" + errno;
        };
    return new RecordingException.CommandUnusable(printable(latin1(name)) + " " + reason);
  }

  private enum State {
    MISSING,
    DIRECTORY,
    NOT_EXECUTABLE,
    USABLE
  }

  /** Asks the kernel, by bytes: a Java path cannot name every file. */
  private static State state(final String file) {
    try (Arena arena = Arena.ofConfined()) {
      final long path = NativeCalls.cString(arena, bytes(file)).address();
      final long directory =
          NativeCalls.syscall(
              SystemCall.OPENAT, AT_FDCWD, path, 0x200000 | directoryFlag() | 0x80000, 0, 0, 0);
      if (directory >= 0) {
        NativeCalls.syscall(SystemCall.CLOSE, directory, 0, 0, 0, 0, 0);
        return State.DIRECTORY;
      }
      if (access(path, 0) != 0) {
        return State.MISSING;
      }
      return access(path, EXECUTABLE) == 0 ? State.USABLE : State.NOT_EXECUTABLE;
    }
  }

  private static long directoryFlag() {
    return "aarch64".equals(System.getProperty("os.arch")) ? 0x4000 : 0x10000;
  }

  private static long access(final long path, final int mode) {
    return NativeCalls.syscall(FACCESSAT2, AT_FDCWD, path, mode, AT_EACCESS);
  }

  /** A name for people: control and non-ASCII characters as {@code \ooo}. */
  static String printable(final String name) {
    return CString.quote(bytes(name));
  }

  private static String latin1(final byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
