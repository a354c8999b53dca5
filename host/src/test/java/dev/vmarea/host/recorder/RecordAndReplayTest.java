// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmarea.host.system.HostProcessor;
import dev.vmarea.trace.replay.Recording;
import dev.vmarea.trace.replay.Replay;
import dev.vmarea.trace.replay.ReplayReport;
import dev.vmarea.trace.replay.TouchSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole programs, recorded and replayed: every call must return what it returned, every final map
 * must be the kernel's.
 */
class RecordAndReplayTest {
  @TempDir private static Path shared;
  @TempDir private Path directory;

  private static Path program(final String name) throws Exception {
    return Programs.compiled(shared, "/dev/vmarea/host/programs/" + name + ".c");
  }

  private ReplayReport replayed(final String... command) throws Exception {
    final Path recording = directory.resolve("recording");
    final RecordingResult result = Programs.record(Programs.request(recording, command));
    assertThat(result.exitStatus()).hasValue(0);
    return Recording.open(recording).replay(null, problem -> {});
  }

  private static void assertIdentical(final ReplayReport report) {
    assertThat(report.divergences()).isEmpty();
    assertThat(report.processes())
        .allSatisfy(process -> {
          if (process.comparison() != null) {
            assertThat(process.comparison().lines()).isEmpty();
          }
        });
    assertThat(report.identical()).isTrue();
  }

  @Test
  void shouldReplayEveryMemoryCall() throws Exception {
    assumeFalse(
        HostProcessor.hasProtectionKeys(),
        "this processor has protection keys, which the model does not (docs/fidelity.md)");
    assertIdentical(replayed(program("allcalls").toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3", "14"})
  void shouldReplayRandomCalls(final String seed) throws Exception {
    assertIdentical(replayed(program("randcalls").toString(), seed, "2000"));
  }

  @Test
  void shouldTouchTheSamePages() throws Exception {
    final Path recording = directory.resolve("recording");
    Programs.record(
        Programs.request(recording, program("randcalls").toString(), "5", "1000")
            .withEveryFault(true));
    final Recording saved = Recording.open(recording);
    final ReplayReport report =
        Replay.run(saved.trace(), saved.settings(null).withTouch(), problem -> {});

    assertIdentical(report);
    final TouchSummary touch = Objects.requireNonNull(report.touch());
    assumeTrue(touch.touches() > 0, "page faults cannot be observed on this machine");
    assertThat(touch.areas()).isGreaterThan(50);
    assertThat(touch.equalFlags()).isEqualTo(touch.areas());
    assertThat(touch.differences())
        .filteredOn(difference -> difference.reason() != TouchSummary.Reason.FILE_IN_MEMORY)
        .filteredOn(difference -> difference.reason() != TouchSummary.Reason.KERNEL_PAGES)
        .isEmpty();
  }

  @Test
  void shouldReplayRandomCallsAtFixedAddresses() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setarch")), "no setarch on this machine");
    assertIdentical(replayed("setarch", "-R", program("randcalls").toString(), "8", "2000"));
  }

  @Test
  void shouldTellWhatPointersPointTo() throws Exception {
    assertIdentical(replayed(program("facts").toString(), directory.toString()));

    final String trace = Programs.trace(directory.resolve("recording"));
    assertThat(trace)
        .contains(", MPOL_BIND, [0x00000000000001], 64, 0)")
        .contains(", MPOL_BIND, [0x00000000000001, 0000000000000000], 66, 0)")
        .contains(", MPOL_DEFAULT, NULL, 0, 0)")
        .contains(", MPOL_BIND, 0x8, 64, 0)")
        .containsPattern("io_setup\\(10, \\[0x1\\]\\) += -1 EINVAL")
        .containsPattern("io_setup\\(10, 0x8\\) += -1 EFAULT")
        .containsPattern("io_setup\\(10, \\[0x[0-9a-f]{5,}\\]\\) += 0")
        .contains("process_madvise(-1, [{iov_base=0x")
        .contains("process_madvise(-1, 0x8, 2,")
        .contains("prctl(PR_SET_MM, PR_SET_MM_MAP, {start_code=0x1234, end_code=0x0, ")
        .contains("auxv_size=0, exe_fd=-1}, 0x68, 0)")
        .contains(" type=reg size=8192 path=\"" + directory + "/a\"")
        .contains(" type=reg size=12288 path=\"" + directory + "/a\"")
        .contains(" type=dir size=")
        .containsPattern("# vmarea path file=\\d+ path=\"" + directory + "/a \\(deleted\\)\"");
    assumeTrue(trace.contains("setuid(0xfffe) "), "the program could not call setuid");
    if (trace.lines().anyMatch(line -> line.matches(".*setuid\\(0xfffe\\) += 0"))) {
      assertThat(trace).containsPattern("# vmarea caps \\d+ 0x0\n");
    }
  }
}
