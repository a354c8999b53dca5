// SPDX-License-Identifier: Apache-2.0
package dev.vmarea;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.KernelConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Scenario tables: one row, one fact. Each row but those of "limits" and those with "setlimit as"
 * was also run on Linux 6.18.44 (x86-64), those with "ram" in proportion to its RAM, which gave the
 * same results and the same layout.
 */
class ScenarioTest {
  private static final List<String> TABLES =
      List.of(
          "lock",
          "advise",
          "seal",
          "policy",
          "shared",
          "control",
          "kinds",
          "userfault",
          "merge",
          "move",
          "errors",
          "limits");

  /** Rows at the map-count limit need not make 65,530 VMAs. */
  private static final KernelConfig SMALL = KernelConfig.standard().withMaxMapCount(100);

  @TestFactory
  List<DynamicTest> rows() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String table : TABLES) {
      for (String row : read(table)) {
        String[] parts = row.split("\\|", -1);
        assertThat(parts).as("columns of " + row).hasSize(3);
        tests.add(
            DynamicTest.dynamicTest(
                table + ": " + parts[0].strip(),
                () ->
                    assertThat(new Scenario(SMALL).run(parts[1]).layout())
                        .isEqualTo(parts[2].strip())));
      }
    }
    return tests;
  }

  private static List<String> read(String table) throws IOException {
    String name = "/scenarios/" + table + ".txt";
    try (InputStream in = ScenarioTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      return reader.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
    }
  }
}
