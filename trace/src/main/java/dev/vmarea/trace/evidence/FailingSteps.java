// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.base.FailureRun.Occurrence;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * {@code fail POINT N [POINT N ...]}: on the way of the next call, access or control of a script
 * these steps fail.
 *
 * @param steps which, each with which time it is passed, from 1
 */
public record FailingSteps(List<Occurrence> steps) implements EvidenceLine {
  /** The kind of line. */
  public static final String KIND = "fail";

  /** Keeps its own copy of the list. */
  public FailingSteps {
    steps = List.copyOf(steps);
  }

  @Override
  public String body() {
    return KIND + " " + steps.stream().map(Occurrence::toString).collect(Collectors.joining(" "));
  }

  /**
   * As written.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  static FailingSteps of(List<String> words) {
    if (words.isEmpty() || words.size() % 2 != 0) {
      throw new IllegalArgumentException(
          "a failure point and which time it is passed expected, such as page-table 1");
    }
    return new FailingSteps(
        IntStream.range(0, words.size() / 2)
            .mapToObj(i -> step(words.get(2 * i), words.get(2 * i + 1)))
            .toList());
  }

  private static Occurrence step(String point, String number) {
    FailurePlan.Point known = FailurePlan.Point.named(point);
    if (!number.matches("[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException(point + " " + number + ": a number from 1 on expected");
    }
    return new Occurrence(known, Integer.parseInt(number));
  }
}
