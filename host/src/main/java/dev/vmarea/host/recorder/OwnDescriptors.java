// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Keeps the JVM's own files out of the program, whose descriptors would have other numbers: the JVM
 * opens its run-time image and its jars without the close-on-exec flag. Descriptors that we were
 * started with are passed on.
 */
final class OwnDescriptors {
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;
  private static final int STANDARD_ERROR = 2;

  private OwnDescriptors() {}

  /** Marks them to be closed on exec. */
  static void closeOnExec() {
    final Set<Path> own = new HashSet<>();
    for (final String property : new String[] {"java.class.path", "jdk.module.path"}) {
      for (final String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
        own.add(real(Path.of(entry)));
      }
    }
    final Path home = real(Path.of(System.getProperty("java.home", "/")));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (final Path entry : entries) {
        final int fd = Integer.parseInt(entry.getFileName().toString());
        if (fd > STANDARD_ERROR && isOwn(entry, home, own)) {
          NativeCalls.syscall(SystemCall.FCNTL, fd, F_SETFD, FD_CLOEXEC, 0, 0, 0);
        }
      }
    } catch (final IOException e) {
      return; // then the program has a few descriptors more
    }
  }

  private static boolean isOwn(final Path entry, final Path home, final Set<Path> own) {
    try {
      final Path target = Files.readSymbolicLink(entry);
      return target.startsWith(home)
          || own.contains(target)
          || own.contains(target.getParent())
          || target.toString().endsWith(".aot");
    } catch (final IOException e) {
      return false;
    }
  }

  private static Path real(final Path path) {
    try {
      return path.toRealPath();
    } catch (final IOException e) {
      return path;
    }
  }
}
