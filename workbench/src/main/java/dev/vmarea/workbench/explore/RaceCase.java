// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.lab.Subject;
import java.util.List;

/**
 * Two acts at once: what is done before them, and what each of the two operations does. Immutable.
 *
 * @param before done behind the ground's setup, one after the other
 * @param a operation A, a mapping
 * @param b operation B
 */
public record RaceCase(Subject subject, Ground ground, List<Act> before, Act.Placing a, Act b) {
  /** Name of the first operation in schedules. */
  public static final String A = "A";

  /** Name of the second operation in schedules. */
  public static final String B = "B";

  /** Keeps its own copy of the list. */
  public RaceCase {
    before = List.copyOf(before);
  }

  /** The same of another subject. */
  public RaceCase of(Subject other) {
    return new RaceCase(other, ground, before, a, b);
  }
}
