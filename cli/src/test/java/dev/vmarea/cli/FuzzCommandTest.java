// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzCommandTest {
  @TempDir private Path directory;

  /** Runs the command; the test is skipped where the host permits no puppets. */
  private static CommandLineRun run(String... args) {
    CommandLineRun run = CommandLineRun.of(args);
    assumeFalse(run.status() == ExitCode.HOST, "puppets cannot be made here: " + run.err());
    return run;
  }

  @Test
  void aShortCampaignIsTold() throws Exception {
    CommandLineRun run = run("fuzz", "--calls", "500", "--seed", "3", "--json");

    JsonObject report = JsonReader.read(run.out().lines().toList().getLast()).asObject("report");
    assertThat(run.status()).as(run.out()).isZero();
    assertThat(report.number("schema", 0)).isEqualTo(1);
    assertThat(report.number("calls", 0)).isGreaterThanOrEqualTo(500);
    assertThat(report.number("firstSeed", 0)).isEqualTo(3);
    assertThat(report.number("branches", 0)).isPositive();
    assertThat(report.array("divergences")).isEmpty();
  }

  @Test
  void resultsAreKeptAndResumed() throws Exception {
    String results = directory.resolve("results").toString();
    CommandLineRun first = run("fuzz", "--calls", "300", "--results", results);
    CommandLineRun second = run("fuzz", "--calls", "300", "--results", results, "--resume");

    assertThat(first.out()).contains("Nothing differed").contains("seeds 1 to ");
    assertThat(second.out()).contains("Nothing differed").doesNotContain("seeds 1 to ");
    assertThat(directory.resolve("results/campaigns.json")).isNotEmptyFile();
  }

  @Test
  void keptCallsCanBeRepeated() throws Exception {
    Path calls = directory.resolve("some.calls");
    Files.writeString(
        calls, "privileged=true\nmmap(0x10000000, 0x2000, 3, 0x32, -1, 0)\nwrite(0x10001000)\n");
    Path program = directory.resolve("some.c");
    CommandLineRun run = run("fuzz", "--repeat", calls.toString(), "--c", program.toString());

    assertThat(run.status()).as(run.out() + run.err()).isZero();
    CommandLineRun replayed = CommandLineRun.of("replay", calls + ".strace");
    assertThat(replayed.status()).as(replayed.err()).isZero();
    // the first process is the one that the calls were forked from
    assertThat(replayed.err()).contains("identical").contains("1 write");
    // the second call stores the byte 1 + 31, as the puppet did
    assertThat(program).content().contains("touch(0x10001000L, 32, \"done\");");
  }

  @Test
  void badUsageIsRefused() throws Exception {
    Path calls = directory.resolve("bad.calls");
    Files.writeString(calls, "privileged=true\nrm -rf /\n");

    assertThat(CommandLineRun.of("fuzz", "--workers", "0").status()).isEqualTo(ExitCode.USAGE);
    assertThat(CommandLineRun.of("fuzz", "--resume").err()).contains("needs --results");
    assertThat(CommandLineRun.of("fuzz", "--repeat", calls.toString()).status())
        .isEqualTo(ExitCode.USAGE);
  }
}
