// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to record and how.
 *
 * @param command the program and its arguments, as bytes without a 0
 * @param environment {@code NAME=value} strings, or null for the environment of this process
 * @param directory where the recording goes; made if it does not exist, must be empty if it does
 * @param redact replace file names by numbered ones, the same name by the same number
 * @param filter let a seccomp filter pick the calls that stop the program, where that is possible;
 *     else every system call stops it
 * @param maxThreads most threads followed at a time; more of them end the recording
 * @param everyFault write every page fault, and which pages a program begins with, so that a replay
 *     can touch the same pages
 * @param orphanLimit how long processes are followed that outlive the first one; null without end
 */
public record RecordRequest(
    List<byte[]> command,
    @Nullable List<byte[]> environment,
    Path directory,
    boolean redact,
    boolean filter,
    int maxThreads,
    boolean everyFault,
    @Nullable Duration orphanLimit) {

  /** Threads followed at a time unless told otherwise. */
  public static final int DEFAULT_MAX_THREADS = 4096;

  /** Checks that there is a command. */
  public RecordRequest {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("no command given");
    }
    command = List.copyOf(command);
  }

  /** A request with the usual options. */
  public static RecordRequest of(final List<byte[]> command, final Path directory) {
    return new RecordRequest(
        command, null, directory, false, true, DEFAULT_MAX_THREADS, false, null);
  }

  /** The same with or without redaction. */
  public RecordRequest withRedact(final boolean value) {
    return new RecordRequest(
        command, environment, directory, value, filter, maxThreads, everyFault, orphanLimit);
  }

  /** The same with or without the seccomp filter. */
  public RecordRequest withFilter(final boolean value) {
    return new RecordRequest(
        command, environment, directory, redact, value, maxThreads, everyFault, orphanLimit);
  }

  /** The same with another bound on threads. */
  public RecordRequest withMaxThreads(final int value) {
    return new RecordRequest(
        command, environment, directory, redact, filter, value, everyFault, orphanLimit);
  }

  /** The same with a bound on how long orphans are followed. */
  public RecordRequest withOrphanLimit(final @Nullable Duration value) {
    return new RecordRequest(
        command, environment, directory, redact, filter, maxThreads, everyFault, value);
  }

  /** The same with or without every page fault. */
  public RecordRequest withEveryFault(final boolean value) {
    return new RecordRequest(
        command, environment, directory, redact, filter, maxThreads, value, orphanLimit);
  }
}
