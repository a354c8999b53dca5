// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/series.md say of each difference what the profiles say. */
class DifferenceTableTest {
  private static final Path PAGE = Path.of("..", "docs", "series.md");
  private static final Pattern ROW =
      Pattern.compile("\\| `([A-Z_]+)` \\|([^|]*)\\|[^|]*\\|([^|]*)\\|[^|]*\\|");
  private static final Pattern INDEX = Pattern.compile("\\| (G\\d+|\\d+) \\|.*");

  @Test
  void eachConstantHasItsRowAndItsProfiles() throws IOException {
    Map<String, String> profiles =
        rows().collect(Collectors.toMap(row -> row.group(1), row -> row.group(3).strip()));
    for (Difference difference : Difference.values()) {
      assertThat(profiles).containsEntry(difference.name(), having(difference));
    }
    assertThat(profiles).hasSize(Difference.values().length);
  }

  @Test
  void eachNumberOfARowIsInItsIndexWithTheConstant() throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    for (Matcher row : rows().toList()) {
      for (String number : row.group(2).strip().split(",\\s*", -1)) {
        assertThat(number.isEmpty() || lines.stream().anyMatch(line -> names(line, number, row)))
            .as("%s in the index of %s", row.group(1), number)
            .isTrue();
      }
    }
  }

  @Test
  void indexesAreWhole() throws IOException {
    List<String> numbers =
        Files.readAllLines(PAGE).stream()
            .dropWhile(line -> !line.startsWith("## Index"))
            .map(INDEX::matcher)
            .filter(Matcher::matches)
            .map(row -> row.group(1))
            .toList();
    assertThat(numbers)
        .hasSize(12 + 31)
        .doesNotHaveDuplicates()
        .contains("G1", "G12", "1", "29", "34");
  }

  private static Stream<Matcher> rows() throws IOException {
    return Files.readAllLines(PAGE).stream().map(ROW::matcher).filter(Matcher::matches);
  }

  private static boolean names(String line, String number, Matcher row) {
    return line.startsWith("| " + number + " |") && line.contains("`" + row.group(1) + "`");
  }

  private static String having(Difference difference) {
    return Profile.all().stream()
        .filter(profile -> profile.has(difference))
        .map(profile -> shortName(profile.name()))
        .collect(Collectors.joining(", "));
  }

  private static String shortName(String name) {
    String[] words = name.split("_", -1);
    return words[0].equals("V3")
        ? "v3"
        : String.join(".", Arrays.asList(words).subList(1, words.length));
  }
}
