// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns whatever ended a verb into one clear message and an exit code; never a stack trace. */
final class Failures {
  private Failures() {}

  /**
   * Reports the failure on the error stream.
   *
   * @param debug whether to print the stack trace too (environment variable VMAREA_DEBUG)
   * @return the exit code
   */
  static int report(Throwable failure, Console console, boolean debug) {
    if (debug) {
      failure.printStackTrace(console.err());
    }
    return switch (failure) {
      case CliException e -> {
        console.error(String.valueOf(e.getMessage()));
        yield e.exitCode();
      }
      case UncheckedIOException e -> input(e.getCause(), console);
      case IOException e -> input(e, console);
      case OutOfMemoryError e -> {
        console.error("out of memory; more of it: VMAREA_JAVA_OPTS=-Xmx8g");
        yield ExitCode.HOST;
      }
      default -> {
        console.error(
            "unexpected "
                + failure.getClass().getSimpleName()
                + (failure.getMessage() == null ? "" : ": " + failure.getMessage())
                + " (a defect of vmarea; VMAREA_DEBUG=1 shows where)");
        yield ExitCode.INTERNAL;
      }
    };
  }

  private static int input(@Nullable IOException e, Console console) {
    console.error(e == null ? "input or output failed" : describe(e));
    return ExitCode.USAGE;
  }

  private static String describe(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> missing.getFile() + ": no such file or directory";
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileSystemException other when other.getFile() != null && other.getReason() != null ->
          other.getFile() + ": " + other.getReason().toLowerCase(Locale.ROOT);
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
