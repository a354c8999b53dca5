// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.workbench.mutants.SelfTest.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Faults in a few ports are found by a short check. The complete run is in check-mutants.md. */
class SelfTestTest {
  private static final Pattern SAMPLE = Pattern.compile("^(afs|resctrl|iommufd) ");
  private static final int EVERY = 3;

  @Test
  void faultsAreFound() throws IOException, InterruptedException {
    List<Result> results =
        new SelfTest(Duration.ofSeconds(3), () -> false).run(SAMPLE, EVERY, result -> {});

    assertThat(results).hasSizeGreaterThan(20);
    assertThat(results.stream().filter(Result::isFound)).hasSizeGreaterThan(20);
    assertThat(results).allMatch(one -> one.isFound() || !one.excuse().isEmpty());
  }

  @Test
  void thereAreManyInEveryPort() throws IOException {
    List<Fault> faults = FaultFinder.all();

    for (CorrectPorts.Code port : CorrectPorts.all()) {
      assertThat(faults).anyMatch(fault -> fault.className().equals(port.className()));
    }
    for (Fault.Kind kind : Fault.Kind.values()) {
      assertThat(faults).anyMatch(fault -> fault.kind() == kind);
    }
  }
}
