// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where figures were measured.
 *
 * @param processor the model as the kernel names it, or the architecture
 * @param processors how many of them
 * @param system kernel and its version
 * @param java version of the run-time
 * @param load how many threads wanted to run in the last minute, on average, or -1 if unknown
 */
public record MachineFacts(
    String processor, int processors, String system, String java, double load) {

  /** Of this machine, now. */
  public static MachineFacts read() {
    return new MachineFacts(
        processorModel(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor") + " " + Runtime.version(),
        loadAverage());
  }

  private static String processorModel() {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseGet(() -> System.getProperty("os.arch"));
    } catch (IOException notLinux) {
      return System.getProperty("os.arch");
    }
  }

  private static double loadAverage() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/loadavg"))) {
      return lines.findFirst().map(line -> Double.valueOf(line.split(" ", 2)[0])).orElse(-1.0);
    } catch (IOException | NumberFormatException unknown) {
      return -1;
    }
  }

  /** Whether others use so much of the machine that figures are doubtful. */
  public boolean busy() {
    return load > processors / 2.0;
  }
}
