// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Why a fault is none, as somebody has found out by hand: nothing that can be seen changes. In the
 * file {@code equivalent.properties}: {@code NAME.match}, a regular expression that is the fault's
 * whole name, and {@code NAME.reason}.
 */
final class Excuses {
  private static final String FILE = "equivalent.properties";
  private static final List<Excuse> ALL = read();

  private record Excuse(Pattern match, String reason) {}

  private Excuses() {}

  private static List<Excuse> read() {
    Properties properties = new Properties();
    try (InputStream in = Excuses.class.getResourceAsStream(FILE)) {
      if (in == null) {
        return List.of();
      }
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TreeSet<>(properties.stringPropertyNames())
        .stream()
            .filter(key -> key.endsWith(".match"))
            .map(key -> {
              String reason = properties.getProperty(key.replace(".match", ".reason"), "");
              if (reason.isEmpty()) {
                throw new IllegalStateException(FILE + ": " + key + " without a reason");
              }
              return new Excuse(Pattern.compile(properties.getProperty(key)), reason);
            })
            .toList();
  }

  /** The reason, or empty if there is none. */
  static String of(Fault fault) {
    return ALL.stream()
        .filter(excuse -> excuse.match().matcher(fault.name()).matches())
        .map(Excuse::reason)
        .findFirst()
        .orElse("");
  }
}
