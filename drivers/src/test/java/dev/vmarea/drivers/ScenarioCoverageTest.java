// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmarea.base.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The table of scenarios has all of T01 to T54, for the old hook and the port, wrong and right. */
class ScenarioCoverageTest {
  private static final int LAST = 54;

  /** An id and its suffix, where a scenario has several rows. */
  private static final Pattern ID = Pattern.compile("(T\\d\\d)[a-z]?");

  /** The columns that each must have. */
  private static final Map<String, BiPredicate<Scenario, Scenario.Expected>> COLUMNS =
      new TreeMap<>(
          Map.of(
              "legacy", (row, column) -> isLegacy(row, column) && column.correct(),
              "posted", ScenarioCoverageTest::isPosted,
              "correct", (row, column) -> !isLegacy(row, column) && column.correct()));

  /** What cannot be there, and why. */
  private static final Map<String, String> REASONS =
      Map.of(
          "T52 posted",
          "v2 is the only port there was and is right: its column is the correct one, since no"
              + " kernel as posted has a mixed map");

  private static boolean isLegacy(Scenario row, Scenario.Expected column) {
    return row.user().variants().stream()
        .filter(variant -> variant.name().equals(column.variant()))
        .findFirst()
        .orElseGet(() -> row.user().defaultVariant(column.profile()))
        .isLegacy();
  }

  /** v2 of a user that v3 dropped is posted, too, though it runs on a kernel as it should be. */
  private static boolean isPosted(Scenario row, Scenario.Expected column) {
    return !isLegacy(row, column) && (column.column().equals("posted") || !column.correct());
  }

  @Test
  void allScenariosHaveRows() {
    assertThat(rows().keySet())
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, LAST).mapToObj(n -> String.format("T%02d", n)).toList());
  }

  @Test
  void allHaveTheirColumns() {
    List<String> lacking = new ArrayList<>();
    rows()
        .forEach((id, rows) ->
            COLUMNS.forEach((name, is) -> {
              boolean has =
                  rows.stream()
                      .anyMatch(
                          row -> row.expected().stream().anyMatch(column -> is.test(row, column)));
              if (!has) {
                lacking.add(id + " " + name);
              }
            }));
    assertThat(lacking).containsExactlyInAnyOrderElementsOf(new TreeSet<>(REASONS.keySet()));
  }

  @Test
  void correctColumnsLeaveNothingOnAKernelAsItShouldBe() {
    for (Scenario row : ScenarioTest.table()) {
      for (Scenario.Expected column : row.expected()) {
        if (column.correct()) {
          assertThat(column.profile()).as(row + " " + column).isEqualTo(Profile.SETTLED);
          assertThat(column.outcome()).as(row.toString()).doesNotContain(" | ");
        }
      }
    }
  }

  private static SortedMap<String, List<Scenario>> rows() {
    return ScenarioTest.table().stream()
        .filter(row -> ID.matcher(row.id()).matches())
        .collect(
            Collectors.groupingBy(
                row -> {
                  Matcher id = ID.matcher(row.id());
                  assertThat(id.matches()).isTrue();
                  return id.group(1);
                },
                TreeMap::new,
                Collectors.toList()));
  }
}
