// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmarea.host.recorder.RecordRequest;
import dev.vmarea.host.recorder.Recorder;
import dev.vmarea.host.recorder.RecordingException;
import dev.vmarea.trace.replay.Recording;
import dev.vmarea.trace.replay.ReplayReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Programs that map, write and fork at random: with the evidence of their writes the replay must
 * end with the kernel's map, in the program and in every child. A first write that is missed, or
 * told in the wrong order, shows as a boundary too many or too few.
 */
class RandomProgramTest {
  @TempDir private static Path directory;
  private static Path program = Path.of("");
  private int runs;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    assumeTrue(TracedProgram.compiler() != null, "no C compiler on this machine");
    assumeTrue(TracedProgram.permitted(), "ptrace is not permitted here");
    try (InputStream source = RandomProgramTest.class.getResourceAsStream("random.c")) {
      assertThat(source).isNotNull();
      program =
          TracedProgram.compile(
              directory, "random", new String(source.readAllBytes(), StandardCharsets.US_ASCII));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1500", "1, 1500", "4, 400"})
  void endsWithTheKernelsMap(final int threads, final int steps)
      throws IOException, RecordingException, InterruptedException {
    final long seed = System.nanoTime() & 0xffff_ffffL;
    final ReplayReport report = run(threads, steps, seed);
    assumeTrue(
        report.notes().stream().noneMatch(note -> note.contains("no evidence")),
        "page faults cannot be observed here");
    if (!Boolean.TRUE.equals(report.identical())) {
      int fewest = steps;
      for (int fewer = steps / 2; fewer > 0; fewer = fewer * 3 / 4) {
        if (Boolean.TRUE.equals(run(threads, fewer, seed).identical())) {
          break;
        }
        fewest = fewer;
      }
      fail(
          "seed %d, threads %d, %d steps, then %d: %s",
          seed, threads, steps, fewest, run(threads, fewest, seed).processes());
    }
    assertThat(report.comparedMaps()).isPositive();
  }

  private ReplayReport run(final int threads, final int steps, final long seed)
      throws IOException, RecordingException, InterruptedException {
    runs++;
    final Path recording =
        Files.createDirectory(directory.resolve(threads + "-" + seed + "-" + runs));
    final List<byte[]> command =
        Stream.of(program.toString(), "" + threads, "" + steps, "" + seed)
            .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
            .toList();
    Recorder.record(RecordRequest.of(command, recording));
    return Recording.open(recording).replay(null, problem -> {});
  }
}
