// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import dev.vmarea.trace.strace.StraceReader;
import dev.vmarea.trace.strace.StraceRecord;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Megabytes of strace log read in a second by one thread: every number and result decoded. */
final class ImportTask implements Task {
  static final String SPEED = "speed";

  private static final double MEGABYTE = 1e6;
  private static final int MAX_ARGUMENTS = 6;

  private final Path log;
  private long sink;

  ImportTask(Path log) {
    this.log = log;
  }

  /** Writes a log of about {@code bytes}: a recorded one, over and over. */
  static void generate(Path log, long bytes) throws IOException {
    byte[] sample;
    try (InputStream in = ImportTask.class.getResourceAsStream("sample.strace")) {
      if (in == null) {
        throw new IOException("sample.strace is missing from the jar");
      }
      sample = in.readAllBytes();
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log), 1 << 20)) {
      for (long written = 0; written < bytes; written += sample.length) {
        out.write(sample);
      }
    }
  }

  @Override
  public Map<String, Double> round() throws IOException {
    long begun = System.nanoTime();
    try (StraceReader reader = StraceReader.open(log, problem -> {})) {
      sink += read(reader);
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    return Map.of(SPEED, Files.size(log) / MEGABYTE / seconds);
  }

  private static long read(StraceReader reader) throws IOException {
    StraceRecord record = reader.record();
    long sum = 0;
    while (reader.next()) {
      sum += record.pid() + record.call().ordinal() + record.result();
      for (int i = Math.min(MAX_ARGUMENTS, record.argCount()) - 1; i >= 0; i--) {
        sum += record.argIsNumber(i) ? record.argLong(i) : 1;
      }
    }
    return sum;
  }

  @Override
  public String toString() {
    return "import, sum " + sink;
  }
}
