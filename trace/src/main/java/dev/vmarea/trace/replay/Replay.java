// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.strace.StraceLimits;
import dev.vmarea.trace.strace.StraceProblem;
import dev.vmarea.trace.strace.StraceReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Replays logs on the model.
 *
 * <p>Reads a log once, in memory that does not depend on its length. Lines that make no sense are
 * reported and skipped; only a device that is declared wrongly, or that the profile's kernel cannot
 * have, is refused with a {@link RecordingException} that names the line.
 */
public final class Replay {
  private Replay() {}

  /**
   * Replays the log in {@code file}: strace output, plain or gzip.
   *
   * @param problems told of lines that are not understood
   * @throws IOException if the file cannot be read
   */
  public static ReplayReport run(
      Path file, ReplaySettings settings, Consumer<? super StraceProblem> problems)
      throws IOException {
    try (StraceReader log = StraceReader.open(file, problems)) {
      return run(log, settings);
    }
  }

  /**
   * Replays the log that {@code in} delivers, and closes it.
   *
   * @param source name of the log for messages
   */
  public static ReplayReport run(
      InputStream in,
      String source,
      ReplaySettings settings,
      Consumer<? super StraceProblem> problems)
      throws IOException {
    try (StraceReader log = new StraceReader(in, source, StraceLimits.DEFAULT, problems)) {
      return run(log, settings);
    }
  }

  private static ReplayReport run(StraceReader log, ReplaySettings settings) throws IOException {
    ScriptHead head = ScriptHead.read(log);
    return new ReplayEngine(head.applyTo(settings), log.source()).run(log, head.more());
  }
}
