// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.strace.StraceRecord;
import java.nio.charset.StandardCharsets;

/** The path that a call names. */
final class CallPath {
  private static final int AT_FDCWD = -100;

  private CallPath() {}

  /** The path in {@code argument}, seen from the directory in {@code directory}, or -1 for none. */
  static String of(StraceRecord record, TracedThread thread, int directory, int argument) {
    byte[] given = record.argBytes(argument);
    String path = given == null ? "" : latin1(given);
    if (path.startsWith("/")) {
      return Paths.resolve("", path);
    }
    String base = thread.directory.path;
    if (directory >= 0) {
      byte[] decoration = record.argFdPath(directory);
      int fd = record.argFd(directory);
      Descriptor descriptor = fd == AT_FDCWD ? null : thread.descriptors().get(fd);
      if (decoration != null) {
        base = latin1(decoration);
        if (fd == AT_FDCWD) {
          thread.directory.path = base;
        }
      } else if (descriptor != null) {
        base = descriptor.file().entry().path();
      }
    }
    return Paths.resolve(base, path);
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
