// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.trace.replay.RecordingException;
import dev.vmarea.trace.strace.StraceProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads histories. Stateless. */
public final class Histories {
  private Histories() {}

  /**
   * Explains how the memory of a process of a log came to be what it is.
   *
   * @param path a log as strace writes it, plain or gzip, or a directory that the recorder wrote
   * @param problems told of lines that are not understood
   * @throws RecordingException if it tells no memory of a process, or not that of the one asked for
   * @throws IOException if it cannot be read
   */
  public static History read(
      Path path, HistoryRequest request, Consumer<? super StraceProblem> problems)
      throws IOException {
    return HistoryLog.open(path, request, problems).history();
  }
}
