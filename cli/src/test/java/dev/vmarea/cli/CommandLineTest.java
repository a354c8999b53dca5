// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @Test
  void versionNamesVmareaJavaAndHost() {
    CommandLineRun run = CommandLineRun.of("version");

    assertThat(run.status()).isZero();
    assertThat(run.out())
        .matches("vmarea [0-9]+\\.[0-9]+\\.[0-9]+\\S*\nJava   [0-9]+\\S*\nHost   .+, .+\n");
    assertThat(run.err()).isEmpty();
    assertThat(CommandLineRun.of("--version")).isEqualTo(run);
  }

  @Test
  void versionAsJsonIsOneObject() throws Exception {
    CommandLineRun run = CommandLineRun.of("version", "--json");

    JsonValue.JsonObject object = JsonReader.read(run.out().strip()).asObject("version");
    assertThat(run.status()).isZero();
    assertThat(object.number("schema", 0)).isEqualTo(1);
    assertThat(object.text("java", "")).isEqualTo(Runtime.version().toString());
    assertThat(run.out().lines()).hasSize(1);
  }

  @Test
  void everyVerbIsListedAndExplained() {
    CommandLineRun overview = CommandLineRun.of("help");

    assertThat(overview.status()).isZero();
    for (Verb verb : Verbs.all()) {
      assertThat(overview.out()).contains("  " + verb.name() + " ").contains(verb.summary());
      CommandLineRun explained = CommandLineRun.of("help", verb.name());
      assertThat(explained.status()).isZero();
      assertThat(explained.out())
          .startsWith("Usage: vmarea " + verb.name())
          .endsWith("Example: vmarea " + verb.example() + "\n");
      assertThat(CommandLineRun.of(verb.name(), "--help").out())
          .startsWith("Usage: vmarea " + verb.name());
    }
  }

  @Test
  void nothingToDoShowsTheOverviewAsAnError() {
    CommandLineRun run = CommandLineRun.of();

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEqualTo(CommandLineRun.of("help").out());
  }

  @Test
  void unknownVerbSuggestsTheNearest() {
    assertThat(CommandLineRun.of("verison"))
        .isEqualTo(
            new CommandLineRun(
                2,
                "",
                "vmarea: unknown verb 'verison'; did you mean version?\nAll verbs: vmarea help\n"));
    assertThat(CommandLineRun.of("comp").err()).contains("did you mean completion?");
    assertThat(CommandLineRun.of("zzzzzzzz").err())
        .isEqualTo("vmarea: unknown verb 'zzzzzzzz'\nAll verbs: vmarea help\n");
  }

  @Test
  void hostileArgumentsAreEscaped() {
    assertThat(CommandLineRun.of("\033[2J\n\u00e9").err())
        .startsWith("vmarea: unknown verb '\\033[2J\\n\\351'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"version --unknown", "version extra", "completion fish", "help nothing"})
  void badArgumentsAreOneLineAndStatusTwo(String arguments) {
    CommandLineRun run = CommandLineRun.of(arguments.split(" "));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("vmarea: ").doesNotContain("\tat ", "Exception");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void completionScriptKnowsEveryVerb(String shell) {
    CommandLineRun run = CommandLineRun.of("completion", shell);

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("complete -F _complete_vmarea");
    for (Verb verb : Verbs.all()) {
      assertThat(run.out()).contains("picocli_vmarea_" + verb.name() + "(");
    }
    assertThat(run.out().startsWith("autoload")).isEqualTo(shell.equals("zsh"));
  }

  @Test
  void coloursNeedATerminalAndNoNoColor() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    assertThat(Main.console(nowhere, nowhere, "out", Map.of()).outColour()).isTrue();
    assertThat(Main.console(nowhere, nowhere, "out", Map.of()).errColour()).isFalse();
    assertThat(Main.console(nowhere, nowhere, "", Map.of()).outColour()).isFalse();
    assertThat(Main.console(nowhere, nowhere, "out", Map.of("NO_COLOR", "1")).outColour())
        .isFalse();
    assertThat(Main.console(nowhere, nowhere, "out", Map.of("NO_COLOR", "")).outColour()).isTrue();
    assertThat(Main.console(nowhere, nowhere, "out", Map.of("TERM", "dumb")).outColour()).isFalse();
    assertThat(Main.console(nowhere, nowhere, "", Map.of("LANG", "de_DE.UTF-8")).unicode())
        .isTrue();
    assertThat(
            Main.console(nowhere, nowhere, "", Map.of("LC_ALL", "C", "LANG", "C.UTF-8")).unicode())
        .isFalse();
  }

  @Test
  void failuresAreOneLineWithTheRightStatus() {
    assertFailure(CliException.usage("bad"), 2, "vmarea: bad\n");
    assertFailure(
        CliException.host("no ptrace", "run as root"), 3, "vmarea: no ptrace\nrun as root\n");
    assertFailure(
        new java.nio.file.NoSuchFileException("x.maps"),
        2,
        "vmarea: x.maps: no such file or directory\n");
    assertFailure(
        new java.nio.file.AccessDeniedException("x.maps"),
        2,
        "vmarea: x.maps: permission denied\n");
    assertFailure(
        new java.io.UncheckedIOException(new IOException("broken")), 2, "vmarea: broken\n");
    assertFailure(
        new IllegalStateException("odd"),
        70,
        "vmarea: unexpected IllegalStateException: odd"
            + " (a defect of vmarea; VMAREA_DEBUG=1 shows where)\n");
  }

  private static void assertFailure(Throwable failure, int status, String message) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console = new Console(stream, stream, false, false, false, false);

    assertThat(Failures.report(failure, console, false)).isEqualTo(status);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(message);
  }

  @Test
  void aReaderThatWentAwayIsNoFailureButAFullDiskIs() {
    for (Map.Entry<String, Boolean> failing :
        List.of(Map.entry("Broken pipe", false), Map.entry("No space left on device", true))) {
      OutputStreamWatch watch =
          new OutputStreamWatch(
              new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                  throw new IOException(failing.getKey());
                }
              });
      PrintStream out = new PrintStream(watch, true, StandardCharsets.UTF_8);
      out.println("text");
      out.println("more");

      assertThat(watch.failure() != null).isEqualTo(failing.getValue());
    }
  }
}
