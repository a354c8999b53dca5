// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapsCommandTest {
  @TempDir private Path directory;

  @Test
  void theMapsOfARecordingArePrintedAsTheyAre() throws Exception {
    String recording = Fixture.copy(directory.resolve("rec")).toString();

    CommandLineRun last = CommandLineRun.of("maps", recording);
    assertThat(last.status()).isZero();
    assertThat(last.out().getBytes(StandardCharsets.ISO_8859_1))
        .isEqualTo(Fixture.file("final.maps"));
    assertThat(last.err().replaceAll("\\s+", " "))
        .contains("VMAs 22 ")
        .contains("access rw-p 7, r-xp 4, r--p 11")
        .contains("stack 132 KiB");
    CommandLineRun full = CommandLineRun.of("maps", recording, "--start", "--smaps");
    assertThat(full.out().getBytes(StandardCharsets.ISO_8859_1))
        .isEqualTo(Fixture.file("start.smaps"));
    assertThat(full.err()).contains("in memory");
    assertThat(CommandLineRun.of("maps", recording, "--smaps").out()).isEqualTo(full.out());
  }

  @Test
  void jsonHasEveryArea() throws Exception {
    Path smaps = directory.resolve("smaps");
    Files.write(smaps, Fixture.file("start.smaps"));
    CommandLineRun run = CommandLineRun.of("maps", smaps.toString(), "--json");

    JsonObject report = JsonReader.read(run.out().strip()).asObject("report");
    assertThat(run.out().lines()).hasSize(1);
    assertThat(report.number("schema", 0)).isEqualTo(1);
    assertThat(report.number("vmas", 0)).isEqualTo(12);
    JsonObject first = report.array("entries").getFirst().asObject("entry");
    assertThat(first.text("start", "")).isEqualTo("0x55c07a4d2000");
    assertThat(first.text("device", "")).isEqualTo("fe:00");
    assertThat(first.text("name", "")).isEqualTo("/file-1");
    assertThat(first.object("smaps").number("Size", 0)).isEqualTo(8);
    assertThat(first.array("flags")).hasSize(4);
  }

  @Test
  void aProcessIsReadFromProc() {
    assumeTrue(Files.exists(Path.of("/proc/self/maps")), "no /proc on this system");
    CommandLineRun run = CommandLineRun.of("maps", Long.toString(ProcessHandle.current().pid()));

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("[stack]");
    CommandLineRun missing = CommandLineRun.of("maps", "99999999");
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err())
        .isEqualTo("vmarea: no process 99999999 (a file of that name: ./99999999)\n");
  }

  @Test
  void hostileNamesAreBytesInTheMapAndEscapedInTheSummary() throws Exception {
    byte[] map =
        "1000-2000 rw-p 00000000 00:00 0                                  /\033]0;x\007\u00e9\n"
            .replace("                                  /", " ".repeat(42) + "/")
            .getBytes(StandardCharsets.ISO_8859_1);
    Path file = directory.resolve("m\033[2J");
    Files.write(file, map);
    CommandLineRun run = CommandLineRun.of("maps", file.toString());

    assertThat(run.out()).contains("\033]0;x\007");
    assertThat(run.err()).contains("m\\033[2J").doesNotContain("\033");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1000-3000 rw-p 00000000 00:00 0 ;2000-4000 rw-p 00000000 00:00 0 ; | :2: the range overlaps
          1000-2800 rw-p 00000000 00:00 0 ;                                  | :1: the range is not of whole
          no map at all;                                                     | :1: number expected
                                                                             | : an empty map
          """)
  void whatIsNoMapIsRefused(String content, String message) throws Exception {
    Path map = directory.resolve("bad");
    Files.writeString(map, content == null ? "" : content.replace(";", "\n"));
    CommandLineRun run = CommandLineRun.of("maps", map.toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("vmarea: " + map + message);
  }

  @Test
  void aDirectoryWithoutAMapIsNamed() {
    assertThat(CommandLineRun.of("maps", directory.toString()).err())
        .isEqualTo(
            "vmarea: " + directory + ": no map in it (looked for final.maps, start.maps, maps)\n");
    assertThat(CommandLineRun.of("maps", directory.resolve("none").toString()).err())
        .endsWith("none: no such file or directory\n");
  }
}
