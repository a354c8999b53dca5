// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs, each with one habit that a tracer can get wrong. */
class RecorderTest {
  private static final String[] QUIET = {"sh", "-c", "exec ls -l / >/dev/null"};

  @TempDir private static Path shared;
  @TempDir private Path directory;

  private Path recording() {
    return directory.resolve("recording");
  }

  /** The recording must explain its own final maps. */
  private NaiveReplay replayed(final int finalMaps) throws IOException {
    final NaiveReplay replay = NaiveReplay.of(recording().resolve("trace.strace"));
    assertThat(replay.problems()).isEmpty();
    assertThat(replay.finalMaps()).isEqualTo(finalMaps);
    return replay;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldRecordASmallProgram(final boolean filter) throws Exception {
    final RecordingResult result =
        Programs.record(Programs.request(recording(), "true").withFilter(filter));

    assertThat(result.exitStatus()).hasValue(0);
    assertThat(result.finalMap()).isTrue();
    assertThat(result.processes()).isEqualTo(1);
    assertThat(replayed(1).calls()).isGreaterThan(5);
    for (final String name :
        List.of(
            "trace.strace",
            "start.maps",
            "start.smaps",
            "final.maps",
            "final.smaps",
            "meta.json")) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(recording().resolve(name))))
          .as(name)
          .isEqualTo("rw-------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(recording())))
        .isEqualTo("rwx------");
    assertThat(Programs.trace(recording())).contains("execve(\"", "= 0\n# vmarea exec ");
    assertThat(Files.readString(recording().resolve("start.maps")))
        .contains("[stack]")
        .doesNotContain("libc.so");
    assertThat(Files.readString(recording().resolve("meta.json"))).contains("\"exitStatus\":0");
  }

  @Test
  void shouldStopLessOftenWithTheFilter() throws Exception {
    final RecordingResult all =
        Programs.record(Programs.request(directory.resolve("all"), QUIET).withFilter(false));
    final RecordingResult picked =
        Programs.record(Programs.request(directory.resolve("picked"), QUIET));

    assumeTrue(picked.filtered(), "seccomp filters are not permitted here");
    assertThat(all.filtered()).isFalse();
    assertThat(picked.calls()).isEqualTo(all.calls());
    assertThat(picked.stops()).isLessThan(all.stops());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldKeepTheKernelsOrderAmongThreads(final boolean filter) throws Exception {
    final String program = Programs.compiled(shared).toString();

    final RecordingResult result =
        Programs.record(Programs.request(recording(), program, "threads").withFilter(filter));

    assertThat(result.exitStatus()).hasValue(7);
    assertThat(replayed(1).calls()).isGreaterThan(4 * 300 * 4);
  }

  @Test
  void shouldFollowAPipeline() throws Exception {
    final RecordingResult result =
        Programs.record(
            Programs.request(recording(), "sh", "-c", "ls / | sort | cat >/dev/null; exit 3"));

    assertThat(result.exitStatus()).hasValue(3);
    assertThat(result.processes()).isEqualTo(4);
    replayed(4);
    assertThat(Programs.trace(recording())).containsPattern("(?m)^# vmarea exec \\d+$");
  }

  @Test
  void shouldFollowVforkChildrenInTheirParentsMemory() throws Exception {
    final String program = Programs.compiled(shared).toString();

    final RecordingResult result = Programs.record(Programs.request(recording(), program, "vfork"));

    assertThat(result.exitStatus()).hasValue(3);
    assertThat(result.processes()).isEqualTo(3);
    // the second child shares the parent's space to its end and leaves no map of its own
    replayed(2);
  }

  @Test
  void shouldReadTheFinalMapThroughTheLastThread() throws Exception {
    final String program = Programs.compiled(shared).toString();

    final RecordingResult result =
        Programs.record(Programs.request(recording(), program, "leader"));

    assertThat(result.exitStatus()).hasValue(5);
    assertThat(result.finalMap()).isTrue();
    assertThat(Files.readString(recording().resolve("final.maps"))).contains("[stack]");
    replayed(1);
  }

  @Test
  void shouldFollowAnExecByAnotherThread() throws Exception {
    final String program = Programs.compiled(shared).toString();

    final RecordingResult result = Programs.record(Programs.request(recording(), program, "exec"));

    assertThat(result.exitStatus()).hasValue(0);
    assertThat(result.processes()).isEqualTo(1);
    assertThat(Programs.trace(recording()))
        .contains("+++ superseded by execve in pid", "<... execve resumed>");
    replayed(1);
  }

  @Test
  void shouldSayHowAKilledProgramEnded() throws Exception {
    final String program = Programs.compiled(shared).toString();

    final RecordingResult result = Programs.record(Programs.request(recording(), program, "kill"));

    assertThat(result.exitStatus()).isEmpty();
    assertThat(result.signal()).hasValue(9);
    assertThat(Files.exists(recording().resolve("final.maps"))).isEqualTo(result.finalMap());
    if (!result.finalMap()) {
      assertThat(result.notes()).contains("the first process left no final map");
    }
    assertThat(Programs.trace(recording())).contains("+++ killed by SIGKILL +++");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldPassSignalsAndStops(final boolean filter) throws Exception {
    final String program = Programs.compiled(shared).toString();

    final RecordingResult result =
        Programs.record(Programs.request(recording(), program, "stop").withFilter(filter));

    assertThat(result.exitStatus()).hasValue(10);
    assertThat(Programs.trace(recording())).contains("--- SIGUSR1 {si_signo=SIGUSR1");
    replayed(2);
  }

  @Test
  void shouldFollowAJavaProgram() throws Exception {
    final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    final RecordingResult result =
        Programs.record(
            Programs.request(recording(), "sh", "-c", "exec \"$0\" -version 2>/dev/null", java));

    assertThat(result.exitStatus()).hasValue(0);
    assertThat(replayed(1).calls()).isGreaterThan(100);
  }

  @Test
  void shouldFollowProcessesThatOutliveTheFirst() throws Exception {
    final RecordingResult result =
        Programs.record(Programs.request(recording(), "sh", "-c", "(sleep 0.3; exit 1) & exit 4"));

    assertThat(result.exitStatus()).hasValue(4);
    assertThat(result.processes()).isEqualTo(3);
    replayed(3);
  }

  @Test
  void shouldEndProcessesThatOutliveTheFirstTooLong() throws Exception {
    final long begin = System.nanoTime();

    final RecordingResult result =
        Programs.record(
            Programs.request(recording(), "sh", "-c", "sleep 100 & exit 4")
                .withOrphanLimit(Duration.ofMillis(300)));

    assertThat(result.exitStatus()).hasValue(4);
    assertThat(result.notes()).anyMatch(note -> note.contains("outlived"));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(50));
  }

  @Test
  void shouldEndAForkBomb() throws Exception {
    final String program = Programs.compiled(shared).toString();
    final RecordRequest request = Programs.request(recording(), program, "bomb").withMaxThreads(60);

    assertThatThrownBy(() -> Programs.record(request))
        .isInstanceOf(RecordingException.LimitExceeded.class)
        .hasMessageContaining("limit=60");
    assertThat(Files.readString(recording().resolve("meta.json"))).contains("was ended");
  }

  @Test
  void shouldReplaceNames() throws Exception {
    Programs.record(
        Programs.request(recording(), "cmp", "/etc/passwd", "/etc/passwd").withRedact(true));

    for (final String name : List.of("trace.strace", "start.maps", "final.maps", "meta.json")) {
      assertThat(Files.readString(recording().resolve(name)))
          .as(name)
          .doesNotContain("passwd")
          .doesNotContain("cmp")
          .doesNotContain("libc");
    }
    assertThat(Files.readString(recording().resolve("final.maps")))
        .contains("[stack]", "[heap]", "/file-");
    replayed(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/no/such/program", "no-such-program-anywhere", "/etc", "/etc/passwd"})
  void shouldRefuseWhatIsNoProgram(final String name) {
    assertThatThrownBy(() -> Programs.record(Programs.request(recording(), name)))
        .isInstanceOf(RecordingException.CommandUnusable.class)
        .hasMessageContaining(name);
    assertThat(recording()).doesNotExist();
  }

  @Test
  void shouldRefuseAFileThatTheKernelCannotExecute() throws Exception {
    final Path script = Files.writeString(directory.resolve("script"), "no interpreter line\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

    assertThatThrownBy(() -> Programs.record(Programs.request(recording(), script.toString())))
        .isInstanceOf(RecordingException.CommandUnusable.class)
        .hasMessageContaining("no executable format");
    assertThat(recording()).doesNotExist();
  }

  @Test
  void shouldNotWriteIntoADirectoryInUse() throws Exception {
    Files.createDirectory(recording());
    Files.writeString(recording().resolve("mine"), "kept");

    assertThatThrownBy(() -> Programs.record(Programs.request(recording(), "true")))
        .isInstanceOf(DirectoryNotEmptyException.class);
    assertThat(recording().resolve("mine")).hasContent("kept");
  }
}
