// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import dev.vmarea.trace.text.CString;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Reads a strace log line by line in constant memory, plain or gzip. A log that is still being
 * written is read as far as it goes.
 *
 * <pre>{@code
 * try (StraceReader log = StraceReader.open(file, problem -> System.err.println(problem))) {
 *   StraceRecord line = log.record();
 *   while (log.next()) {
 *     if (line.kind() == RecordKind.CALL && line.call() == SyscallName.MUNMAP) {
 *       long start = line.argLong(0);
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Whatever a log contains, {@link #next()} throws only {@link IOException}: when the file cannot
 * be read, its compressed data is damaged, or it unpacks beyond the {@link StraceLimits}. Lines
 * that make no sense arrive as {@link RecordKind#BAD} besides a {@link StraceProblem}. Not
 * thread-safe.
 */
public final class StraceReader implements Closeable {
  private static final int EXCERPT = 60;

  private final LineSource lines;
  private final String source;
  private final StraceLimits limits;
  private final Consumer<? super StraceProblem> problems;
  private final StraceRecord record;
  private final LineParser parser;
  private long problemCount;
  private boolean endReported;

  /**
   * Reads from {@code in}, which {@link #close()} closes.
   *
   * @param source name of the log for messages
   * @param problems told of what is not understood, at most {@link StraceLimits#maxProblems()}
   *     times
   * @throws IOException if the beginning cannot be read
   */
  public StraceReader(
      InputStream in, String source, StraceLimits limits, Consumer<? super StraceProblem> problems)
      throws IOException {
    this.source = source;
    this.limits = limits;
    this.problems = problems;
    lines = new LineSource(unpacked(in, source, limits), source, limits.maxLineBytes());
    record = new StraceRecord(this::report);
    parser = new LineParser(record, this::report, limits);
  }

  /** Opens {@code file} with the default limits. */
  public static StraceReader open(Path file, Consumer<? super StraceProblem> problems)
      throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      return new StraceReader(in, file.toString(), StraceLimits.DEFAULT, problems);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static InputStream unpacked(InputStream in, String source, StraceLimits limits)
      throws IOException {
    PushbackInputStream again = new PushbackInputStream(in, 2);
    byte[] magic = new byte[2];
    int n = again.readNBytes(magic, 0, 2);
    again.unread(magic, 0, n);
    boolean gzip = n == 2 && magic[0] == 0x1f && (magic[1] & 0xff) == 0x8b;
    return gzip ? ExpansionGuard.unpack(again, source, limits) : again;
  }

  /**
   * Moves {@link #record()} to the next line.
   *
   * @return false at the end of the log
   */
  public boolean next() throws IOException {
    if (!lines.next()) {
      if (lines.endedEarly() && !endReported) {
        endReported = true;
        report(lines.number(), 1, "the compressed log ends early", new byte[0], 0, 0);
      }
      return false;
    }
    parser.parse(lines);
    return true;
  }

  /** The current line: one object for all lines. */
  public StraceRecord record() {
    return record;
  }

  /** Name of the log, for messages. */
  public String source() {
    return source;
  }

  /** Problems met so far, also those that were not passed on. */
  public long problemCount() {
    return problemCount;
  }

  private void report(long line, int column, String what, byte[] text, int from, int to) {
    problemCount++;
    if (problemCount <= limits.maxProblems()) {
      problems.accept(
          new StraceProblem(source, line, column, what, CString.excerpt(text, from, to, EXCERPT)));
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
