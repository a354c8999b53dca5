// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The known patterns of examples/pain: their cause, and what the remedy gives; and for real, that
 * the remedied program has just as many VMAs as the what-if said.
 */
class PainTest {
  private static final Path PAIN = Path.of("..", "examples", "pain");

  @TempDir private Path directory;

  private static JsonObject json(CommandLineRun run) throws Exception {
    assertThat(run.status()).as(run.err()).isZero();
    return JsonReader.read(run.out().lines().toList().getLast()).asObject("report");
  }

  private static JsonObject first(JsonObject report, String key) throws Exception {
    return report.array(key).getFirst().asObject(key);
  }

  private static JsonObject whatIf(JsonObject report, String name) throws Exception {
    for (var one : report.array("whatIfs")) {
      if (one.asObject("whatIf").text("name", "").equals(name)) {
        return one.asObject("whatIf");
      }
    }
    throw new AssertionError(name + " is not in " + report);
  }

  @ParameterizedTest
  @CsvSource({
    "out-of-order, 120, written-apart, 96, in-order, 24",
    "double-mapping, 279, double-mapping, 254, one-file, 25",
    "purge, 279, reserved-commit, 255, one-protection, 24",
    "deleted-files, 223, deleted-files, 198, one-file, 24",
    "thread-stacks, 423, guard-pages, 399, guard-regions, 24",
    "connections, 323, mapped-twice, 150, anonymous-buffers, 23",
    "huge-advice, 151, flags-hg, 127, same-flags=hg, 24",
    "page-wise, 623, protection-toggles, 599, one-protection, 24"
  })
  void theRecordingTellsCauseAndRemedy(
      String name, int vmas, String cause, int boundaries, String whatIf, int after)
      throws Exception {
    String recording = PAIN.resolve("recordings").resolve(name + ".rec").toString();
    JsonObject report = json(CommandLineRun.of("explain", recording, "--json"));
    assertThat(report.number("vmas", 0)).isEqualTo(vmas);
    JsonObject top = first(report, "causes");
    assertThat(top.text("id", "")).isEqualTo(cause);
    assertThat(top.number("boundaries", 0)).isEqualTo(boundaries);
    assertThat(top.object("remedy").text("whatIf", "")).isEqualTo(whatIf);
    assertThat(whatIf(report, whatIf).number("before", 0)).isEqualTo(vmas);
    assertThat(whatIf(report, whatIf).number("after", 0)).isEqualTo(after);
    assertThat(report.array("notes")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "out-of-order, in-order",
    "double-mapping, one-file",
    "purge, one-protection",
    "deleted-files, one-file",
    "thread-stacks, guard-regions",
    "connections, anonymous-buffers",
    "huge-advice, same-flags=hg",
    "page-wise, one-protection"
  })
  void theRemediedProgramHasAsManyVmasAsWasSaid(String name, String whatIf) throws Exception {
    Path program = compiled(name);
    String recording = directory.resolve("rec").toString();
    CommandLineRun run =
        CommandLineRun.of("run", "--save", recording, "--json", "--", program.toString());
    assumeFalse(run.status() == ExitCode.HOST, "programs cannot be recorded here: " + run.err());
    assertThat(run.status()).as(run.out() + run.err()).isZero();

    JsonObject report = json(CommandLineRun.of("explain", recording, "--json"));
    assertThat(report.number("vmas", 0)).isEqualTo(vmas(program.toString()));
    assertThat(whatIf(report, whatIf).number("after", 0))
        .isEqualTo(vmas(program.toString(), "remedied"));
  }

  private Path compiled(String name) throws Exception {
    Path program = directory.resolve(name);
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(
                  "cc", "-O1", "-o", program.toString(), PAIN.resolve(name + ".c").toString())
              .inheritIO()
              .start();
    } catch (IOException e) {
      assumeTrue(false, "no C compiler here: " + e.getMessage());
      throw e;
    }
    assertThat(compiler.waitFor()).isZero();
    return program;
  }

  /** What a program says of itself. */
  private static int vmas(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assumeFalse(text.contains("MADV_GUARD_INSTALL"), "this kernel has no guard regions: " + text);
    assertThat(text).matches("VMAs [0-9]+\n");
    return Integer.parseInt(text.strip().substring("VMAs ".length()));
  }

  /** All of them are in the two tables. */
  @ParameterizedTest
  @CsvSource("8")
  void noneIsForgotten(int expected) throws Exception {
    List<String> sources = new ArrayList<>();
    try (var files = Files.list(PAIN)) {
      files.map(Path::toString).filter(one -> one.endsWith(".c")).forEach(sources::add);
    }
    assertThat(sources).hasSize(expected);
  }
}
