// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.FailureRun;
import dev.vmarea.drivers.afs.AfsScenarios;
import dev.vmarea.drivers.coda.CodaScenarios;
import dev.vmarea.drivers.cramfs.CramfsScenarios;
import dev.vmarea.drivers.devdax.DaxScenarios;
import dev.vmarea.drivers.hugetlbfs.HugetlbfsScenarios;
import dev.vmarea.drivers.iommufd.IommufdScenarios;
import dev.vmarea.drivers.kcov.KcovScenarios;
import dev.vmarea.drivers.mem.MemScenarios;
import dev.vmarea.drivers.ntfs3.Ntfs3Scenarios;
import dev.vmarea.drivers.overlay.OverlayScenarios;
import dev.vmarea.drivers.pci.PciScenarios;
import dev.vmarea.drivers.relay.RelayScenarios;
import dev.vmarea.drivers.resctrl.ResctrlScenarios;
import dev.vmarea.drivers.secretmem.SecretmemScenarios;
import dev.vmarea.drivers.shm.ShmScenarios;
import dev.vmarea.drivers.shmem.ShmemScenarios;
import dev.vmarea.drivers.vmcore.VmcoreScenarios;
import dev.vmarea.drivers.zero.ZeroScenarios;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of scenarios: one row a fact, with the outcome for each hook. */
class ScenarioTest {
  /** All rows. */
  static List<Scenario> table() {
    return Stream.of(
            ShmemScenarios.ROWS,
            MemScenarios.ROWS,
            ZeroScenarios.ROWS,
            HugetlbfsScenarios.ROWS,
            DaxScenarios.ROWS,
            RelayScenarios.ROWS,
            SecretmemScenarios.ROWS,
            Ntfs3Scenarios.ROWS,
            ResctrlScenarios.ROWS,
            IommufdScenarios.ROWS,
            OverlayScenarios.ROWS,
            CodaScenarios.ROWS,
            ShmScenarios.ROWS,
            KcovScenarios.ROWS,
            VmcoreScenarios.ROWS,
            PciScenarios.ROWS,
            CramfsScenarios.ROWS,
            AfsScenarios.ROWS)
        .flatMap(List::stream)
        .toList();
  }

  static Stream<Arguments> columns() {
    return table().stream()
        .flatMap(row ->
            row.expected().stream().map(column -> Arguments.of(row, column.column(), column)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("columns")
  void outcome(Scenario row, String name, Scenario.Expected column) throws ErrnoException {
    UserLab lab = row.lab(column);
    String results = row.run(lab);

    assertThat(results + lab.close()).as(name + " by " + column).isEqualTo(column.outcome());
  }

  /** Each step that can fail on the way of a row does so once: nothing is lost, nothing breaks. */
  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("columns")
  void nothingIsLostWhateverFails(Scenario row, String name, Scenario.Expected column) {
    if (!column.correct()) {
      return;
    }
    FailureRun.each(run -> {
      try {
        UserLab lab = row.lab(column);
        String results =
            lab.failing(
                row.possible(run),
                () -> {
                  try {
                    return row.run(lab);
                  } catch (ErrnoException refused) {
                    return refused.toString(); // an open that failed
                  }
                });
        assertThat(lab.close()).as(name + " " + run.occurrences() + ": " + results).isEmpty();
      } catch (ErrnoException noMachine) {
        throw new AssertionError(noMachine);
      }
    });
  }
}
