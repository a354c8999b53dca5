// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayCommandTest {
  private static final String MPROTECT = "mprotect(0x55c07a4da000, 4096, PROT_READ) = 0";

  @TempDir private Path directory;
  private Path recording = Path.of("");

  @BeforeEach
  void copyFixture() throws IOException {
    recording = Fixture.copy(directory.resolve("true.rec"));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text, StandardCharsets.ISO_8859_1);
  }

  private static JsonObject lastLine(CommandLineRun run) throws Exception {
    return JsonReader.read(run.out().lines().toList().getLast()).asObject("report");
  }

  /** The report's text with its lines joined, as its width depends on the terminal. */
  private static String joined(String report) {
    return report.replaceAll("\\s+", " ");
  }

  @Test
  void recordingIsReplayedToTheKernelsMap() throws Exception {
    CommandLineRun run = CommandLineRun.of("replay", recording.toString());

    assertThat(run.status()).isZero();
    assertThat(run.out().getBytes(StandardCharsets.ISO_8859_1))
        .isEqualTo(Fixture.file("final.maps"));
    assertThat(joined(run.err()))
        .startsWith("(a redacted command) kernel 6.18.44, replayed by the rules of LINUX_6_18")
        .contains("ended exit status 0")
        .contains("calls 19 system calls, 13 of them on memory, in 1 process")
        .contains("22 at the end, 23 at the peak")
        .contains("result identical: the final map is the kernel's, byte for byte")
        .contains("Next vmarea maps ");
  }

  @Test
  void jsonIsTheWholeOutput() throws Exception {
    CommandLineRun run = CommandLineRun.of("replay", "--json", recording.toString());

    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            "{\"schema\":1,\"command\":[\"redacted\"],\"kernel\":\"6.18.44\",\"exitStatus\":0,"
                + "\"signal\":null,\"profile\":\"LINUX_6_18\",\"identical\":true,\"calls\":19,"
                + "\"memoryCalls\":13,\"skippedCalls\":0,\"vmas\":22,\"peakVmas\":23,"
                + "\"processes\":1,\"comparedMaps\":1,\"differentMaps\":0,\"divergenceCount\":0,"
                + "\"divergences\":[],\"evidence\":{\"recorded\":true,\"observed\":4,\"seen\":0,"
                + "\"inferred\":0,\"grown\":0},\"outcomes\":[{\"pid\":100,"
                + "\"command\":\"redacted\",\"memoryCalls\":13,\"skippedCalls\":0,\"vmas\":22,"
                + "\"peakVmas\":23,\"remark\":\"\",\"identical\":true,\"differentLines\":0,"
                + "\"differences\":[]}],\"notes\":[],\"problemCount\":0,\"problems\":[],"
                + "\"script\":false,\"warningCount\":0,\"brokenCount\":0,\"warnings\":[]}\n");
  }

  @Test
  void anotherResultIsADivergenceAndStatusOne() throws Exception {
    Path trace = recording.resolve("trace.strace");
    Fixture.edit(trace, MPROTECT, MPROTECT.replace("= 0", "= -1 EINVAL (Invalid argument)"));

    CommandLineRun text = CommandLineRun.of("replay", recording.toString());
    assertThat(text.status()).isEqualTo(1);
    assertThat(joined(text.err()))
        .contains("different: 1 call with another result")
        .contains("Calls with another result line 54 (100) mprotect(0x55c07a4da000, 4096, ");

    CommandLineRun json = CommandLineRun.of("replay", recording.toString(), "--json");
    JsonObject report = lastLine(json);
    assertThat(json.status()).isEqualTo(1);
    assertThat(report.get("identical")).isEqualTo(new JsonValue.JsonBool(false));
    JsonObject divergence = report.array("divergences").getFirst().asObject("divergence");
    assertThat(divergence.number("line", 0)).isEqualTo(54);
    assertThat(divergence.text("call", "")).startsWith("mprotect(0x55c07a4da000");
    assertThat(divergence.text("expected", "")).contains("EINVAL");
    assertThat(divergence.text("actual", "")).isEqualTo("0");
    assertThat(divergence.text("kind", "")).isEqualTo("model_succeeded");
  }

  @Test
  void divergencesBeyondTheLimitAreCounted() throws Exception {
    Path trace = recording.resolve("trace.strace");
    Fixture.edit(trace, "PROT_READ) = 0", "PROT_READ) = -1 EINVAL (Invalid argument)");

    CommandLineRun run =
        CommandLineRun.of("replay", recording.toString(), "--max-divergences", "1");
    assertThat(run.status()).isEqualTo(1);
    assertThat(joined(run.err()))
        .contains("different: 3 calls with another result")
        .contains("and 2 calls more");
    JsonObject report =
        lastLine(
            CommandLineRun.of("replay", recording.toString(), "--max-divergences", "2", "--json"));
    assertThat(report.number("divergenceCount", 0)).isEqualTo(3);
    assertThat(report.array("divergences")).hasSize(2);
  }

  @Test
  void anotherMapIsShownAsADifference() throws Exception {
    Path trace = recording.resolve("trace.strace");
    Fixture.edit(
        trace,
        "55c07a4da000-55c07a4db000 r--p 00007000",
        "55c07a4da000-55c07a4db000 rw-p 00007000");
    CommandLineRun run = CommandLineRun.of("replay", recording.toString());

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .contains("Final map of process 100 (redacted): 1 line differs (- kernel, + model)\n")
        .contains("  - 55c07a4da000-55c07a4db000 rw-p 00007000 fe:00 260958")
        .contains("  + 55c07a4da000-55c07a4db000 r--p 00007000 fe:00 260958");
  }

  @Test
  void aLogWithItsMapsIsComparedLikeARecording() throws Exception {
    String plain =
        new String(Fixture.file("trace.strace"), StandardCharsets.ISO_8859_1)
            .replaceAll("(?m)^# vmarea .*\n", "");
    Path log = directory.resolve("log.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(log))) {
      out.write(plain.getBytes(StandardCharsets.ISO_8859_1));
    }
    CommandLineRun run =
        CommandLineRun.of(
            "replay",
            log.toString(),
            "--from",
            recording.resolve("start.maps").toString(),
            "--expect",
            recording.resolve("final.maps").toString());

    assertThat(run.out().getBytes(StandardCharsets.ISO_8859_1))
        .isEqualTo(Fixture.file("final.maps"));
    assertThat(run.status()).isZero();
    assertThat(joined(run.err()))
        .contains("identical")
        .contains("no evidence of writes")
        .contains("LINUX_6_18 in a common configuration is assumed");
  }

  @Test
  void aLogWithoutMapsHasNothingToCompare() throws Exception {
    Path log = file("log", "brk(NULL) = 0x5000000\nmunmap(0x1000, 4096) = 0\n");

    CommandLineRun run = CommandLineRun.of("replay", log.toString());
    assertThat(run.status()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(joined(run.err())).contains("nothing to compare").contains("--from MAPS");
    assertThat(lastLine(CommandLineRun.of("replay", log.toString(), "--json")).get("identical"))
        .isNull();
  }

  @Test
  void aLogThatWasCutIsReplayedAsFarAsItGoes() throws Exception {
    byte[] whole = Fixture.file("trace.strace");
    Path trace = recording.resolve("trace.strace");
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    int cut = text.indexOf(MPROTECT) + 12;
    Files.write(trace, Arrays.copyOf(whole, cut));

    CommandLineRun run = CommandLineRun.of("replay", recording.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).startsWith("vmarea: " + trace + ":54:");
    assertThat(joined(run.err()))
        .contains(
            "0 calls with another result; final maps that differ: 1 of 1 (the log ends before the")
        .contains("+ 7f315e321000-7f315e32a000 r--p 00000000");
    assertThat(run.out()).contains("[stack]");

    Files.delete(recording.resolve("final.maps"));
    CommandLineRun without = CommandLineRun.of("replay", recording.toString());
    assertThat(without.status()).isZero();
    assertThat(joined(without.err()))
        .contains("nothing to compare: the log ends before the process does");
  }

  @Test
  void garbledLinesAreNamedAndSkipped() throws Exception {
    Path trace = recording.resolve("trace.strace");
    Fixture.edit(trace, "100  close(3) ", "\033[2J\u00ff garbage ");

    CommandLineRun run = CommandLineRun.of("replay", recording.toString());
    assertThat(run.status()).isZero();
    assertThat(run.err()).startsWith("vmarea: " + trace + ":").doesNotContain("\033");
    assertThat(joined(run.err())).contains("identical");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          empty      |                                    | no system call in it
          junk       | \u0000\u0001\u00ff\u00fe not a log | junk:1:1: not a line of strace
          meta.json  | {}                                 | no system call in it
          """)
  void whatIsNoLogIsRefused(String name, String content, String message) throws Exception {
    Path log = file(name, content == null ? "" : content);
    CommandLineRun run = CommandLineRun.of("replay", log.toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("vmarea: ").contains(message).doesNotContain("Exception");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1000-3000 rw-p 00000000 00:00 0 ;2000-4000 rw-p 00000000 00:00 0 ; | :2: the range overlaps
          3000-4000 rw-p 00000000 00:00 0 ;1000-2000 rw-p 00000000 00:00 0 ; | :2: the range is not behind
          3000-1000 rw-p 00000000 00:00 0 ;                                  | :1: the range is empty
          no map at all;                                                     | :1: number expected
          """)
  void aMapThatIsNoneIsNamedWithItsLine(String content, String message) throws Exception {
    Path map = file("bad.maps", content.replace(";", "\n"));

    for (String option : new String[] {"--from", "--expect"}) {
      CommandLineRun run =
          CommandLineRun.of("replay", recording.toString(), option, map.toString());
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).startsWith("vmarea: " + map + message);
    }
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    Path nothing = directory.resolve("nothing");
    Path empty = Files.createDirectory(directory.resolve("empty"));

    CommandLineRun missing = CommandLineRun.of("replay", nothing.toString());
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).isEqualTo("vmarea: " + nothing + ": no such file or directory\n");
    CommandLineRun noTrace = CommandLineRun.of("replay", empty.toString());
    assertThat(noTrace.status()).isEqualTo(2);
    assertThat(noTrace.err())
        .isEqualTo("vmarea: " + empty + ": not a recording (no trace.strace in it)\n");
    assertThat(CommandLineRun.of("replay").status()).isEqualTo(2);
    assertThat(CommandLineRun.of("replay", recording.toString(), "--profile", "X").err())
        .contains(
            "unknown profile X; known: [SETTLED, V3_AS_POSTED, LINUX_6_18, LINUX_6_19,"
                + " LINUX_7_1, LINUX_7_2]");
    assertThat(
            CommandLineRun.of("replay", recording.toString(), "--max-divergences", "-1").status())
        .isEqualTo(2);
  }

  @Test
  void aDamagedMetaFileIsNamed() throws Exception {
    Path meta = recording.resolve("meta.json");
    Files.writeString(meta, "{\"schema\":1,");

    CommandLineRun run = CommandLineRun.of("replay", recording.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("vmarea: " + meta + ": not JSON at character ");
  }

  @Test
  void whatTheRecorderHadToSayIsPassedOn() throws Exception {
    Path meta = recording.resolve("meta.json");
    Fixture.edit(meta, "\"notes\":[]", "\"notes\":[\"an odd thing\"]");
    Fixture.edit(meta, "\"limitation\":\"\"", "\"limitation\":\"no faults\"");

    assertThat(joined(CommandLineRun.of("replay", recording.toString()).err()))
        .contains("To know While it was recorded: an odd thing. Evidence: no faults. Next");
    assertThat(lastLine(CommandLineRun.of("replay", "--json", recording.toString())).array("notes"))
        .hasSize(2);
  }

  @Test
  void anotherKernelThanTheProfilesIsSaid() throws Exception {
    Fixture.edit(recording.resolve("meta.json"), "6.18.44", "6.1.0-9-amd64");

    assertThat(joined(CommandLineRun.of("replay", recording.toString()).err()))
        .contains("There is no profile for kernel 6.1.0-9-amd64; the nearest one is used");
  }
}
