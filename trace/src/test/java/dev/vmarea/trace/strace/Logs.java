// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.strace;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Logs for tests: captured ones and ones written in the test. */
final class Logs {
  private Logs() {}

  static byte[] resource(String name) throws IOException {
    try (InputStream in = Logs.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static StraceReader open(byte[] log, List<StraceProblem> problems) throws IOException {
    return open(log, StraceLimits.DEFAULT, problems);
  }

  static StraceReader open(byte[] log, StraceLimits limits, List<StraceProblem> problems)
      throws IOException {
    return new StraceReader(new ByteArrayInputStream(log), "log", limits, problems::add);
  }

  /** Every line as {@code pid KIND name(arg|arg) RESULT value}, for comparing at a glance. */
  static List<String> summarize(byte[] log, List<StraceProblem> problems) throws IOException {
    List<String> out = new ArrayList<>();
    try (StraceReader reader = open(log, problems)) {
      while (reader.next()) {
        out.add(summary(reader.record()));
      }
    }
    return out;
  }

  static String summary(StraceRecord r) {
    StringBuilder s = new StringBuilder();
    s.append(r.pid()).append(' ').append(r.kind()).append(' ').append(r.callName()).append('(');
    for (int i = 0; i < r.argCount(); i++) {
      s.append(i == 0 ? "" : "|").append(r.argText(i));
    }
    return s.append(") ").append(r.resultKind()).append(' ').append(r.result()).toString();
  }
}
