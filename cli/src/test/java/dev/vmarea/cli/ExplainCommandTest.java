// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainCommandTest {
  private static final String STACKS =
      Path.of("..", "examples", "pain", "recordings", "thread-stacks.rec").toString();

  @TempDir private Path directory;

  private Path write(String name, String text) throws Exception {
    return Files.write(directory.resolve(name), text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Memory that alternates between two protections. */
  private static String toggles(int areas) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < areas; i++) {
      long start = 0x7f0000000000L + 0x1000L * i;
      String mode = i % 2 == 0 ? "r--p" : "rw-p";
      text.append(
          Long.toHexString(start)
              + "-"
              + Long.toHexString(start + 0x1000)
              + " "
              + mode
              + " 00000000 00:00 0 \n");
    }
    return text.toString();
  }

  @Test
  void aMapIsExplainedInShort() throws Exception {
    Path maps = write("app.maps", toggles(101));
    CommandLineRun run = CommandLineRun.of("explain", maps.toString());
    assertThat(run.status()).isZero();
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains("VMAs 101, 0.2 % of 65,530")
        .contains("100 of 100 boundaries have one cause: protection that differs")
        .contains("one-protection: 101 -> about 1 VMAs (an estimate)")
        .contains("100 100 % ████████████████ protection that differs from piece to piece")
        .contains("Change the protection of whole ranges with one mprotect")
        .contains("maps shows permissions and names only")
        .contains("--boundary 0x7f0000002000");
  }

  @Test
  void aRecordingHasItsHistory() {
    CommandLineRun run = CommandLineRun.of("explain", STACKS);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains("guard-regions: 423 -> 24 VMAs (the changed history was replayed)")
        .contains("399 mprotect(PROT_READ|PROT_WRITE) of up to 1 MiB first in line 62: mprotect(")
        .contains("13 VMAs at the beginning, 423 at the peak, in 413 memory calls")
        .contains("the limit after 64,794 calls more");
  }

  @Test
  void everyBoundaryOfAHistoryHasItsCall() throws Exception {
    CommandLineRun run = CommandLineRun.of("explain", STACKS, "--all", "--json");
    JsonObject report = JsonReader.read(run.out().strip()).asObject("report");
    long made = 0;
    for (var one : report.array("boundaries")) {
      made += one.asObject("boundary").get("madeBy") == null ? 0 : 1;
    }
    assertThat(made).isGreaterThan(400);
    assertThat(CommandLineRun.of("explain", STACKS, "--all").out())
        .contains("  by line 62: mprotect(");
  }

  @Test
  void aLimitNamesTheCallThatFails() {
    CommandLineRun run = CommandLineRun.of("explain", STACKS, "--what-if", "max-map-count=100");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains("vm.max_map_count = 100")
        .contains("The first call that would have failed is in line");
  }

  @Test
  void aBoundaryIsShownSideBySide() throws Exception {
    Path maps = write("app.maps", toggles(4));
    CommandLineRun run =
        CommandLineRun.of("explain", maps.toString(), "--boundary", "0x7f0000002000");
    assertThat(run.status()).isZero();
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains("Boundary at 0x7f0000002000")
        .contains("range 7f0000001000-7f0000002000 7f0000002000-7f0000003000")
        .contains("permissions rw-p r--p (differs)")
        .contains("apart by different protection");
    assertThat(CommandLineRun.of("explain", maps.toString(), "--boundary", "7f0000004000").status())
        .isEqualTo(2);
    assertThat(CommandLineRun.of("explain", maps.toString(), "--boundary", "here").err())
        .contains("an address expected");
  }

  @Test
  void everyBoundaryIsListed() throws Exception {
    Path maps = write("app.maps", toggles(6));
    CommandLineRun run = CommandLineRun.of("explain", maps.toString(), "--all");
    assertThat(run.out().lines()).hasSize(5);
    assertThat(run.out().lines()).allMatch(line -> line.contains("protection-toggles"));
  }

  @Test
  void jsonTellsTheSame() throws Exception {
    Path maps = write("app.maps", toggles(30));
    CommandLineRun run = CommandLineRun.of("explain", maps.toString(), "--json", "--all");
    JsonObject report = JsonReader.read(run.out().strip()).asObject("report");
    assertThat(report.number("schema", 0)).isEqualTo(1);
    assertThat(report.number("vmas", 0)).isEqualTo(30);
    assertThat(report.text("detail", "")).isEqualTo("maps");
    assertThat(report.array("boundaries")).hasSize(29);
    JsonObject cause = report.array("causes").getFirst().asObject("cause");
    assertThat(cause.number("boundaries", 0)).isEqualTo(29);
    assertThat(cause.object("remedy").number("saves", 0)).isEqualTo(29);
  }

  @Test
  void aTicketCannotBeBrokenOutOf() throws Exception {
    Path maps =
        write(
            "app.maps",
            toggles(40) + "7f1000000000-7f1000001000 rw-s 00000000 00:01 5 /<b>*x*</b>|`\n");
    CommandLineRun run = CommandLineRun.of("explain", maps.toString(), "--markdown");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("| boundaries | share | cause | known |").doesNotContain("<b>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "garbage|no system call",
        "''|no area in it",
        "00400000-00401000 r-xp 0000|the range|x"
      })
  void whatIsNoMapIsRefused(String text, String message) throws Exception {
    Path file = write("bad", text.isEmpty() ? "" : text + "\n");
    CommandLineRun run = CommandLineRun.of("explain", file.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "99999999, no process",
    "/does/not/exist, exist",
  })
  void whatIsNotThereIsSaid(String source, String message) {
    CommandLineRun run = CommandLineRun.of("explain", source);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .containsIgnoringCase(message.equals("exist") ? "such file" : "there is none");
  }

  @Test
  void aLivingProcessIsLookedAt() {
    assumeTrue(Files.exists(Path.of("/proc/self/smaps")), "no /proc on this system");
    String pid = Long.toString(ProcessHandle.current().pid());
    CommandLineRun run = CommandLineRun.of("explain", pid);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("(java)").contains("vm.max_map_count");
    CommandLineRun watch = CommandLineRun.of("explain", pid, "--watch=0.05", "--looks", "2");
    assertThat(watch.status()).isZero();
    assertThat(watch.out().lines()).hasSize(2).allMatch(line -> line.contains("a second"));
  }

  /** Programs with runtimes of their own; what is not installed is skipped. */
  @ParameterizedTest
  @Timeout(60)
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "python3|-c|import threading,time; [threading.Thread(target=time.sleep,args=(30,),daemon=True).start() for i in range(9)]; print(1, flush=True); time.sleep(30)",
        "node|-e|setInterval(()=>{},1000); console.log(1)",
        "perl|-e|$|=1; print 1; sleep 30",
        "bash|-c|echo 1; read x"
      })
  void realProgramsHaveAReasonForEveryBoundary(String program, String option, String text)
      throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/smaps")), "no /proc on this system");
    Process process;
    try {
      process =
          new ProcessBuilder(program, option, text)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      assumeTrue(false, program + " is not installed");
      return;
    }
    try {
      process.getInputStream().read(); // it is up
      CommandLineRun run =
          CommandLineRun.of("explain", Long.toString(process.pid()), "--json", "--all");
      assumeTrue(process.isAlive() || run.status() == 0, program + " ended");
      assertThat(run.status()).as(run.err()).isZero();
      JsonObject report = JsonReader.read(run.out().strip()).asObject("report");
      assertThat(report.array("boundaries")).hasSize((int) report.number("boundaryCount", -1));
      for (var one : report.array("boundaries")) {
        JsonObject boundary = one.asObject("boundary");
        assertThat(boundary.array("reasons")).isNotEmpty();
        if (boundary.array("reasons").toString().contains("unseen")) {
          assertThat(boundary.text("evidence", "")).isEqualTo("inferred");
        } else if (boundary.array("reasons").toString().contains("anon-vma")) {
          assertThat(boundary.text("evidence", "")).isEqualTo("seen");
        }
      }
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aFleetIsSummarised() throws Exception {
    for (int i = 1; i <= 5; i++) {
      write(i + ".maps", toggles(30 * i));
    }
    write("bad", "hello\n");
    Path csv = directory.resolve("out").resolveSibling("rows.csv");
    CommandLineRun run =
        CommandLineRun.of("explain", "--fleet", directory.toString(), "--csv", csv.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("5 snapshots, 1 unreadable").contains("149 protection-toggles");
    assertThat(Files.readString(csv).lines()).hasSize(7);
    assertThat(CommandLineRun.of("explain", "--csv", "x", "1").status()).isEqualTo(2);
    assertThat(CommandLineRun.of("explain").status()).isEqualTo(2);
  }
}
