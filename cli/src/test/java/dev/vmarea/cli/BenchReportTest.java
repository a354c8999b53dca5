// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.host.bench.Figure;
import dev.vmarea.host.bench.MachineFacts;
import dev.vmarea.host.bench.NotRun;
import dev.vmarea.host.bench.Row;
import dev.vmarea.host.bench.Target;
import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class BenchReportTest {
  private static final MachineFacts MACHINE =
      new MachineFacts("A processor", 2, "Linux 6.18", "A vendor 25", 0.5);
  private static final Target TARGET = new Target(Target.Kind.RATIO_AT_MOST, 0.7, 0.4);
  private static final List<Row> ROWS =
      List.of(
          new Figure("calls", "mmap", "ns", 250, "system call", OptionalDouble.of(1000), TARGET),
          new Figure("calls", "munmap", "ns", 800, "system call", OptionalDouble.of(1000), TARGET),
          new Figure(
              "gaps",
              "far",
              "ns",
              20,
              "TreeMap",
              OptionalDouble.of(2e8),
              new Target(Target.Kind.NONE, 0, 0)),
          new NotRun("heap", "heap a VMA", "its process ended"));

  @Test
  void tableShowsRatiosAndVerdicts() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    new BenchTable(new Console(out, out, false, false, false, false)).print(MACHINE, false, ROWS);

    String[] lines = bytes.toString(StandardCharsets.UTF_8).split("\n", -1);
    assertThat(lines[0]).isEqualTo("2 x A processor, Linux 6.18, A vendor 25");
    assertThat(lines)
        .anyMatch(
            l -> l.matches(" +mmap +250 ns +1000 ns system call +0.25x +<=0.7x +<=0.4x +goal"))
        .anyMatch(
            l -> l.matches(" +munmap +800 ns +1000 ns system call +0.80x +<=0.7x +<=0.4x +missed"))
        .anyMatch(l -> l.matches(" +far +20.0 ns +200.0 ms TreeMap +1/10,000,000"))
        .contains("  heap a VMA: not run; its process ended")
        .contains("1 at the goal, 0 met, 1 missed, 1 not run");
  }

  @Test
  void jsonHasWhatTheTableShows() throws Exception {
    JsonValue.JsonObject report =
        JsonReader.read(BenchJson.of(MACHINE, true, ROWS)).asObject("report");

    assertThat(report.number("schema", 0)).isEqualTo(1);
    assertThat(BenchJson.of(MACHINE, true, ROWS))
        .contains("\"ratio\":0.25")
        .contains("\"verdict\":\"goal\"")
        .contains("\"reason\":\"its process ended\"")
        .doesNotContain("\n");
  }

  @Test
  void unknownGroupIsExplained() {
    CommandLineRun run = CommandLineRun.of("bench", "nothing");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("no group 'nothing'; there are calls, tree, lookup");
  }
}
