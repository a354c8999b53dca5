// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people see, at given widths and on given terminals. */
class ReportTextTest {
  @TempDir private Path directory;

  private String report(int columns, boolean colour, boolean unicode) throws Exception {
    Path recording = Fixture.copy(directory.resolve("rec"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Console console = new Console(out, out, colour, colour, false, unicode);
    Replayed replayed = new Replayer(console, new ReplayOptions()).recording(recording);
    new TextReport(new ReportPage(out, colour, columns, unicode), 20)
        .print(replayed, NextSteps.afterRun(replayed, List.of("true"), null));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void atEightyColumns() throws Exception {
    assertThat(report(80, false, true))
        .isEqualTo(
            """
            (a redacted command)
              kernel     6.18.44, replayed by the rules of LINUX_6_18
              ended      exit status 0
              calls      19 system calls, 13 of them on memory, in 1 process
              VMAs       \u2585\u2585\u2585\u2585\u2585\u2585\u2586\u2586\u2586\u2587\u2587\u2587\u2587\u2588\u2588\u2588\u2588\u2588  22 at the end, 23 at the peak
              evidence   4 write faults observed in order
              result     identical: the final map is the kernel's, byte for byte, and every
                         call returned what it returned there

            Next
              vmarea run --save DIR -- true
                  keeps the recording, to replay it anywhere
            """);
  }

  @Test
  void fortyColumnsWithoutUnicode() throws Exception {
    String report = report(40, false, false);

    assertThat(report.lines()).allMatch(line -> line.length() <= 40);
    assertThat(report.chars()).allMatch(c -> c < 0x7f);
    assertThat(report).contains("  VMAs       ------===++++#####");
  }

  @Test
  void coloursOnlyWhereTheyAreWanted() throws Exception {
    assertThat(report(80, true, true)).contains("\033[32midentical").contains("\033[1mNext\033[0m");
    assertThat(report(80, false, true)).doesNotContain("\033");
  }

  @Test
  void sparklinesShowPeaks() {
    assertThat(Sparkline.of(List.of(0, 1, 4, 8), 10, true)).isEqualTo("\u2581\u2581\u2584\u2588");
    assertThat(Sparkline.of(List.of(1, 1, 8, 1, 1, 1), 3, false)).isEqualTo("_#_");
    assertThat(Sparkline.of(List.of(), 10, true)).isEmpty();
    assertThat(Sparkline.of(List.of(0, 0), 10, false)).isEqualTo("__");
  }

  @Test
  void commandsAreShownAsOneWouldTypeThem() {
    assertThat(ShellWords.join(List.of("ls", "-l", "/a b", "it's", "")))
        .isEqualTo("ls -l '/a b' 'it'\\''s' ''");
    assertThat(ShellWords.word("a\033[2J\u00e9\n'\\")).isEqualTo("$'a\\033[2J\\351\\n\\'\\\\'");
  }

  @Test
  void amountsHaveTheUnitThatSuitsThem() {
    assertThat(Counted.bytes(4096)).isEqualTo("4 KiB");
    assertThat(Counted.bytes(1536 << 10)).isEqualTo("1.5 MiB");
    assertThat(Counted.bytes(1L << 46)).isEqualTo("64 TiB");
    assertThat(Counted.of(1, "process", "processes")).isEqualTo("1 process");
    assertThat(Counted.of(1234567, "call")).isEqualTo("1,234,567 calls");
  }

  @Test
  void signalsHaveTheirNames() {
    assertThat(SignalNames.of("9")).isEqualTo("SIGKILL");
    assertThat(SignalNames.of("SIGTERM")).isEqualTo("SIGTERM");
    assertThat(SignalNames.of("64")).isEqualTo("64");
  }
}
