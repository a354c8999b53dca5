// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The layout fields of a process just after exec, as the line that the trace has for them. */
final class ProcessLayout {
  /** Fields of {@code /proc/PID/stat}, counted from 1, that hold addresses (proc(5)). */
  private static final Map<String, Integer> STAT_FIELDS =
      Map.ofEntries(
          Map.entry("start_code", 26),
          Map.entry("end_code", 27),
          Map.entry("start_data", 45),
          Map.entry("end_data", 46),
          Map.entry("start_brk", 47),
          Map.entry("start_stack", 28),
          Map.entry("arg_start", 48),
          Map.entry("arg_end", 49),
          Map.entry("env_start", 50),
          Map.entry("env_end", 51));

  private static final Map<String, String> LIMITS =
      Map.of(
          "rlimit_stack", "Max stack size",
          "rlimit_as", "Max address space",
          "rlimit_data", "Max data size",
          "rlimit_memlock", "Max locked memory");

  /** Width of the name column of {@code /proc/PID/limits}. */
  private static final int LIMIT_NAME_COLUMNS = 26;

  private ProcessLayout() {}

  /** The line for {@code tgid}, which stands at its exec stop. */
  static String line(final int tgid) throws IOException {
    final Path proc = Path.of("/proc/" + tgid);
    final String stat = read(proc.resolve("stat"));
    // the second field is the name in parentheses and may hold anything
    final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ");
    final StringBuilder line = new StringBuilder("# vmarea layout ").append(tgid);
    for (final String name :
        new String[] {"start_code", "end_code", "start_data", "end_data", "start_brk"}) {
      address(line, name, field(fields, name));
    }
    // right after exec the heap is empty: the kernel sets both ends alike
    address(line, "brk", field(fields, "start_brk"));
    for (final String name :
        new String[] {"start_stack", "arg_start", "arg_end", "env_start", "env_end"}) {
      address(line, name, field(fields, name));
    }
    final Map<String, String> limits = limits(proc);
    for (final String name :
        new String[] {"rlimit_stack", "rlimit_as", "rlimit_data", "rlimit_memlock"}) {
      line.append(' ').append(name).append('=').append(limits.get(LIMITS.get(name)));
    }
    line.append(" caps=0x").append(capabilities(proc));
    line.append(" personality=0x").append(personality(proc));
    return line.toString();
  }

  private static long field(final String[] fields, final String name) {
    final int index = STAT_FIELDS.getOrDefault(name, 0) - 3;
    return index >= 0 && index < fields.length ? Long.parseUnsignedLong(fields[index]) : 0;
  }

  private static void address(final StringBuilder line, final String name, final long value) {
    line.append(' ').append(name).append("=0x").append(Long.toHexString(value));
  }

  /** Soft limits by the kernel's name, -1 for unlimited. */
  static Map<String, String> limits(final Path proc) throws IOException {
    try (Stream<String> lines = read(proc.resolve("limits")).lines()) {
      return lines
          .skip(1)
          .filter(line -> line.length() > LIMIT_NAME_COLUMNS)
          .collect(
              Collectors.toMap(
                  line -> line.substring(0, LIMIT_NAME_COLUMNS).trim(),
                  line -> {
                    final String soft =
                        line.substring(LIMIT_NAME_COLUMNS).trim().split(" +", 2)[0];
                    return "unlimited".equals(soft) ? "-1" : soft;
                  }));
    }
  }

  private static String capabilities(final Path proc) throws IOException {
    return read(proc.resolve("status"))
        .lines()
        .filter(line -> line.startsWith("CapEff:"))
        .map(line -> Long.toHexString(Long.parseUnsignedLong(line.substring(7).trim(), 16)))
        .findFirst()
        .orElse("0");
  }

  private static String personality(final Path proc) {
    try {
      return Long.toHexString(
          Long.parseUnsignedLong(read(proc.resolve("personality")).trim(), 16));
    } catch (final IOException e) {
      return "0"; // older kernels without the file: nearly always the plain personality
    }
  }

  private static String read(final Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }
}
