// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The other end of a {@link Worker}. Closing it ends the process. */
final class WorkerProcess implements AutoCloseable {
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          // A collection otherwise leaves up to a twentieth of the heap dead where it lies, which
          // the heap figures would count.
          "-XX:MarkSweepDeadRatio=0",
          "-XX:-UsePerfData",
          // As the memory of the programs in C; without such pages half of a far access is spent on
          // the page tables of the machine that measures.
          "-XX:+UseTransparentHugePages",
          "-XX:+DisplayVMOutputToStderr",
          "-Xms1g",
          "-Xmx2g",
          "-Xmn400m",
          // For frames, which are outside of the heap.
          "-XX:MaxDirectMemorySize=6g",
          "--enable-native-access=ALL-UNNAMED");

  private final Process process;
  private final BufferedReader answers;
  private final OutputStream orders;

  /**
   * Starts a worker and waits until it is ready.
   *
   * @throws NotMeasuredException if it cannot do its task here
   */
  WorkerProcess(String... task) throws IOException, NotMeasuredException {
    List<String> command = new ArrayList<>();
    command.add(java().toString());
    command.addAll(OPTIONS);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Worker.class.getName());
    command.addAll(List.of(task));
    process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    answers =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    orders = process.getOutputStream();
    String first = answers.readLine();
    if (!Worker.READY.equals(first)) {
      close();
      throw new NotMeasuredException(first == null ? "its process ended" : first);
    }
  }

  /** The {@code java} that runs this process. */
  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** Has one round performed. */
  Map<String, Double> round() throws IOException, NotMeasuredException {
    orders.write('\n');
    orders.flush();
    Map<String, Double> results = new LinkedHashMap<>();
    String line = answers.readLine();
    while (line != null && !line.isEmpty()) {
      if (line.startsWith(Worker.FAILED)) {
        throw new NotMeasuredException(line.substring(Worker.FAILED.length()));
      }
      int tab = line.indexOf('\t');
      results.put(line.substring(0, tab), Double.parseDouble(line.substring(tab + 1)));
      line = answers.readLine();
    }
    if (line == null) {
      throw new NotMeasuredException("its process ended");
    }
    return results;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
