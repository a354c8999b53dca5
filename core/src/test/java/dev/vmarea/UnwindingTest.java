// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.KernelConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What calls that fail half-way leave behind, as a table: one row, one fact. Compared is all that
 * can be seen: the layout, the page counters, the machine's commit charge, and the callbacks that
 * files got.
 */
class UnwindingTest {
  @TestFactory
  List<DynamicTest> rows() throws IOException {
    try (InputStream in = UnwindingTest.class.getResourceAsStream("/scenarios/unwinding.txt")) {
      assertThat(in).isNotNull();
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      return reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split("\\|", -1))
          .map(row -> DynamicTest.dynamicTest(row[0].strip(), () -> check(row)))
          .toList();
    }
  }

  private static void check(String[] row) {
    assertThat(row).as("columns").hasSize(5);
    Scenario scenario = new Scenario(KernelConfig.standard());
    scenario.run(row[1]);
    assertThat(scenario.isFailureDue()).as("the failure asked for never came").isFalse();
    assertThat(scenario.layout()).as("layout").isEqualTo(row[2].strip());
    assertThat(scenario.pages())
        .as("pages: total, data, stack, locked, committed")
        .isEqualTo(row[3].strip());
    assertThat(scenario.callbacks()).as("callbacks").isEqualTo(row[4].strip());
  }
}
