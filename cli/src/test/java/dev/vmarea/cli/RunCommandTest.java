// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
  @TempDir private Path directory;

  /** Runs the command; the test is skipped where programs cannot be traced. */
  private static CommandLineRun run(String... args) {
    CommandLineRun run = CommandLineRun.of(args);
    assumeFalse(run.status() == ExitCode.HOST, "programs cannot be recorded here: " + run.err());
    return run;
  }

  private static JsonObject lastLine(CommandLineRun run) throws Exception {
    return JsonReader.read(run.out().lines().toList().getLast()).asObject("report");
  }

  @Test
  void aProgramIsIdentical() throws Exception {
    CommandLineRun run = run("run", "--json", "--", "true");

    JsonObject report = lastLine(run);
    assertThat(run.status()).as(run.out()).isZero();
    assertThat(report.number("schema", 0)).isEqualTo(1);
    assertThat(report.get("identical")).isEqualTo(new JsonValue.JsonBool(true));
    assertThat(report.number("exitStatus", -1)).isZero();
    assertThat(report.number("processes", 0)).isEqualTo(1);
    assertThat(report.number("calls", 0)).isGreaterThan(report.number("memoryCalls", 0));
    assertThat(report.number("vmas", 0)).isPositive();
    assertThat(report.array("command")).containsExactly(new JsonValue.JsonText("true"));
    assertThat(report.array("divergences")).isEmpty();
  }

  @Test
  void theReportTellsWhatRan() {
    CommandLineRun run = run("run", "sh", "-c", "exit 7");

    assertThat(run.status()).as(run.out()).isZero();
    assertThat(run.out())
        .startsWith("\nsh -c 'exit 7'\n  kernel ")
        .contains("exit status 7")
        .contains("identical")
        .contains("vmarea run --save DIR -- sh -c 'exit 7'\n");
  }

  @Test
  void theProgramsStatusCanBePassedOn() {
    assertThat(run("run", "--pass-status", "--", "sh", "-c", "exit 7").status()).isEqualTo(7);
    assertThat(run("run", "--pass-status", "sh", "-c", "kill -TERM $$").status()).isEqualTo(143);
  }

  @Test
  void aSavedRecordingReplaysToTheSame() throws Exception {
    Path recording = directory.resolve("rec");
    CommandLineRun run = run("run", "--json", "--save", recording.toString(), "true");
    CommandLineRun replayed = CommandLineRun.of("replay", "--json", recording.toString());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(recording)))
        .isEqualTo("rwx------");
    assertThat(run.out()).endsWith(replayed.out());
    assertThat(replayed.status()).isEqualTo(run.status());
    assertThat(CommandLineRun.of("replay", recording.toString()).out())
        .isEqualTo(CommandLineRun.of("maps", recording.toString()).out());
    assertThat(CommandLineRun.of("run", "--save", recording.toString(), "true").err())
        .isEqualTo("vmarea: --save " + recording + ": the directory is not empty\n");
  }

  @Test
  void aRedactedRecordingNamesNoFile() throws Exception {
    Path recording = directory.resolve("rec");
    Path secret = Files.writeString(directory.resolve("secret-name"), "");
    run("run", "--redact", "--save", recording.toString(), "--", "cat", secret.toString());

    try (Stream<Path> files = Files.list(recording)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file))
            .as(file.getFileName().toString())
            .doesNotContain("secret-name")
            .doesNotContain("libc.so");
      }
    }
  }

  @Test
  void temporaryRecordingsAreRemoved() throws Exception {
    long before = temporaryRecordings();
    run("run", "true");
    CommandLineRun.of("run", "no-such-program-anywhere");

    assertThat(temporaryRecordings()).isEqualTo(before);
  }

  private static long temporaryRecordings() throws IOException {
    try (Stream<Path> entries = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return entries.filter(e -> e.getFileName().toString().startsWith("vmarea-")).count();
    }
  }

  @Test
  void aProgramThatDoesNotExistIsNamed() {
    CommandLineRun run = run("run", "--", "no-such-program-anywhere");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            "vmarea: no such program in PATH: \"no-such-program-anywhere\"\n"
                + "The name is looked up as a shell does it; built-ins, aliases and pipes need a"
                + " shell: vmarea run -- sh -c 'COMMAND'\n");
  }

  @Test
  void whatCannotBeExecutedIsNamed() throws Exception {
    Path text = Files.writeString(directory.resolve("text"), "no program\n");

    assertThat(run("run", text.toString()).err()).contains("not executable: ");
    assertThat(run("run", directory.toString()).err()).contains("is a directory: ");
  }

  @Test
  void badUsageShowsBeforeTheProgramRuns() {
    Path witness = directory.resolve("witness");
    for (String[] bad :
        new String[][] {
          {"--profile", "X"},
          {"--max-threads", "0"},
          {"--orphans", "-1"},
          {"--max-divergences", "-1"}
        }) {
      CommandLineRun run =
          CommandLineRun.of("run", bad[0], bad[1], "--", "touch", witness.toString());
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).startsWith("vmarea: " + bad[0]);
    }
    assertThat(witness).doesNotExist();
    assertThat(CommandLineRun.of("run"))
        .isEqualTo(
            new CommandLineRun(
                2, "", "vmarea: nothing to run\nFor example: vmarea run -- ls -l /\n"));
  }

  @Test
  void optionsBehindTheProgramAreThePrograms() {
    CommandLineRun run = run("run", "sh", "-c", "exit $#", "--", "--json", "--", "@x");

    assertThat(run.out()).contains("exit status 3").contains("sh -c 'exit $#' -- --json -- @x");
  }
}
