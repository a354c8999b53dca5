// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.base;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A failure plan that counts the points it passes and fails some occurrences of them, or none. Not
 * thread-safe: one run, one thread.
 */
public final class FailureRun implements FailurePlan {
  private final List<Occurrence> wanted;
  private final List<Occurrence> path = new ArrayList<>();
  private final Map<Point, Integer> passed = new EnumMap<>(Point.class);

  /** A point and which time it is passed, from 1. */
  public record Occurrence(Point point, int number) {
    /** As in scripts: {@code page-table 1}. */
    @Override
    public String toString() {
      return point.id() + " " + number;
    }
  }

  /** Counts only. */
  public FailureRun() {
    this(List.of());
  }

  /** Fails all of these. */
  public FailureRun(List<Occurrence> wanted) {
    this.wanted = List.copyOf(wanted);
  }

  /** Fails the {@code occurrence}th time (from 1) that {@code point} is passed. */
  public FailureRun(Point point, int occurrence) {
    this(List.of(new Occurrence(point, occurrence)));
  }

  @Override
  public boolean fails(Point passing) {
    Occurrence now = new Occurrence(passing, passed.merge(passing, 1, Integer::sum));
    path.add(now);
    return wanted.contains(now);
  }

  /** Every point passed so far, in the order in which that was; a copy. */
  public List<Occurrence> path() {
    return List.copyOf(path);
  }

  /** Every point passed so far, each as often as it was, in the order of {@link Point}. */
  public List<Occurrence> occurrences() {
    List<Occurrence> all = new ArrayList<>();
    passed.forEach((which, times) -> {
      for (int number = 1; number <= times; number++) {
        all.add(new Occurrence(which, number));
      }
    });
    return all;
  }

  /**
   * Fails each point on a call's path once: runs {@code attempt} without failures to see the path,
   * then once for each occurrence on it. Each attempt starts from a state of its own making and
   * hands the plan to its kernel right before the call.
   *
   * @return what was failed, in order
   */
  public static List<Occurrence> each(Consumer<FailureRun> attempt) {
    FailureRun path = new FailureRun();
    attempt.accept(path);
    List<Occurrence> all = path.occurrences();
    for (Occurrence one : all) {
      attempt.accept(new FailureRun(one.point, one.number));
    }
    return all;
  }
}
