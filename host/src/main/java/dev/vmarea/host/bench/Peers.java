// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Programs in C to compare with, built by the user: {@code vmabench}, the kernel's own code for
 * VMAs in user space, {@code logscan}, a plain parser of strace logs, and {@code limits}, loads and
 * stores through page tables.
 */
final class Peers {
  /** The variable that names their folder. */
  static final String VARIABLE = "VMAREA_PEERS";

  /** Its best repetition: its times are of whole phases, whatever interrupted them. */
  private static final int LEAST_FIELD = 4;

  private static final Pattern SPEED = Pattern.compile("^C parse\t.*median ([0-9]+)");

  private static final int MEDIAN_FIELD = 2;

  private final @Nullable Path folder;

  /** What {@code limits} measured, once it has run. */
  private @Nullable Map<String, Double> limits;

  Peers(@Nullable Path folder) {
    this.folder = folder;
  }

  private Path program(String name) throws NotMeasuredException {
    Path known = folder;
    if (known == null) {
      throw new NotMeasuredException("set " + VARIABLE + " to a folder with the program " + name);
    }
    Path program = known.resolve(name);
    if (!Files.isExecutable(program)) {
      throw new NotMeasuredException("no program " + name + " in " + known);
    }
    return program;
  }

  /**
   * One run of the kernel's code with {@code mappings} VMAs, as a real address space keeps them
   * (RCU mode): nanoseconds, by {@link Operation#name}.
   */
  Map<String, Double> kernelCode(int mappings) throws IOException, NotMeasuredException {
    Map<String, Double> byTitle = new LinkedHashMap<>();
    for (String line : output(program("vmabench").toString(), Integer.toString(mappings), "1")) {
      String[] fields = line.split("\t", -1);
      if (fields.length > LEAST_FIELD) {
        byTitle.put(fields[0], Double.parseDouble(fields[LEAST_FIELD]));
      }
    }
    Map<String, Double> results = new LinkedHashMap<>();
    for (Operation operation : Operation.values()) {
      Double nanos = byTitle.get(operation.peerTitle());
      if (nanos != null) {
        results.put(operation.name(), nanos);
      }
    }
    return results;
  }

  /** One run of the parser over {@code log}: megabytes a second. */
  double parse(Path log) throws IOException, NotMeasuredException {
    for (String line : output(program("logscan").toString(), log.toString())) {
      Matcher speed = SPEED.matcher(line);
      if (speed.find()) {
        return Double.parseDouble(speed.group(1));
      }
    }
    throw new NotMeasuredException("logscan printed no speed");
  }

  /**
   * What {@code limits} measured under this name, on pages of 4 KiB: nanoseconds an access. It runs
   * once.
   */
  double limit(String name) throws NotMeasuredException {
    Map<String, Double> known = limits;
    if (known == null) {
      known = limits(program("limits"));
      limits = known;
    }
    Double nanos = known.get(name);
    if (nanos == null) {
      throw new NotMeasuredException("limits printed no line: " + name);
    }
    return nanos;
  }

  private static Map<String, Double> limits(Path program) throws NotMeasuredException {
    Map<String, Double> results = new LinkedHashMap<>();
    try {
      for (String line : output(program.toString(), "4k")) {
        String[] fields = line.split("\t", -1);
        if (fields.length > MEDIAN_FIELD) {
          results.put(fields[0], Double.parseDouble(fields[MEDIAN_FIELD]));
        }
      }
    } catch (IOException e) {
      throw new NotMeasuredException(String.valueOf(e.getMessage()));
    }
    return results;
  }

  private static List<String> output(String... command) throws IOException, NotMeasuredException {
    Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    }
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new NotMeasuredException(command[0] + " ended with status " + status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotMeasuredException("interrupted");
    }
    return lines;
  }
}
