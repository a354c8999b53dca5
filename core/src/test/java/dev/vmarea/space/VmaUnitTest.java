// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.VmFlags;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The kernel's own unit tests of VMAs and more of their kind, as a table: one row, one fact. A row
 * with {@code gu?abc} or {@code $plain} stands for all its readings.
 */
class VmaUnitTest {
  private static final Pattern STICKY = Pattern.compile("gu\\?([a-z]+)");
  private static final String PLAIN = "$plain";

  @TestFactory
  List<DynamicTest> rows() throws IOException {
    try (InputStream in = VmaUnitTest.class.getResourceAsStream("/scenarios/vma.txt")) {
      assertThat(in).isNotNull();
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      return reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> DynamicTest.dynamicTest(line.split("\\|", -1)[0].strip(), () -> check(line)))
          .toList();
    }
  }

  private static void check(String line) {
    for (String reading : readings(line)) {
      String[] row = reading.split("\\|", -1);
      assertThat(row).as("columns").hasSize(4);
      VmaScript script = new VmaScript(row[1]);
      for (String step : row[2].split(";", -1)) {
        script.run(step);
      }
      assertThat(script.layout()).as(reading).isEqualTo(script.normalized(row[3]));
    }
  }

  /**
   * {@code gu?abc} is {@code gu} if a, b or c is; each letter once is and once is not. {@code
   * $plain} is each flag in turn that neither keeps VMAs apart nor is one all VMAs have.
   */
  private static List<String> readings(String line) {
    if (line.contains(PLAIN)) {
      return plainFlags().flatMap(flag -> readings(line.replace(PLAIN, flag)).stream()).toList();
    }
    List<Integer> letters =
        STICKY
            .matcher(line)
            .results()
            .flatMapToInt(match -> match.group(1).chars())
            .distinct()
            .boxed()
            .toList();
    List<String> readings = new ArrayList<>();
    for (int carriers = 0; carriers < 1 << letters.size(); carriers++) {
      int set = carriers;
      readings.add(
          STICKY.matcher(line).replaceAll(match -> carries(match, letters, set) ? "gu" : ""));
    }
    return readings;
  }

  private static boolean carries(MatchResult match, List<Integer> letters, int carriers) {
    return match
        .group(1)
        .chars()
        .anyMatch(letter -> (carriers >> letters.indexOf(letter) & 1) != 0);
  }

  private static Stream<String> plainFlags() {
    long others =
        ~(VmFlags.SPECIAL | VmFlags.READ | VmFlags.WRITE | VmFlags.MAYREAD | VmFlags.MAYWRITE);
    return IntStream.range(0, Long.SIZE)
        .filter(bit -> (others >>> bit & 1) != 0)
        .mapToObj(VmFlags::mnemonic)
        .filter(name -> !name.isEmpty() && !name.equals("??"));
  }
}
