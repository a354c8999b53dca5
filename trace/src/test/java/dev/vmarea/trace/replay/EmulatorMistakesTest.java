// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What emulators of Linux are known to get wrong. The results were recorded on Linux 6.18.44 by
 * {@code vmarea fuzz --repeat}.
 */
class EmulatorMistakesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "munmap-over-holes",
        "mprotect-across-mappings-and-a-gap",
        "mremap-growth-beside-a-neighbour",
        "map-fixed-over-part-of-a-mapping",
        "private-file-mapping-grown-under",
        "growsdown"
      })
  void theModelDoesWhatTheKernelDid(String name) throws IOException {
    List<Object> problems = new ArrayList<>();
    ReplayReport report;
    try (InputStream log =
        EmulatorMistakesTest.class.getResourceAsStream("kernel/" + name + ".strace")) {
      report =
          Replay.run(
              Objects.requireNonNull(log, name),
              name,
              ReplaySettings.of(KernelConfig.standard(), Profile.LINUX_6_18),
              problems::add);
    }

    assertThat(problems).isEmpty();
    assertThat(report.divergences()).isEmpty();
    assertThat(report.comparedMaps()).isEqualTo(1);
    assertThat(report.identical()).isTrue();
  }
}
