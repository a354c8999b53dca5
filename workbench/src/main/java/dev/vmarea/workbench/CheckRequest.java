// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.lab.Subject;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What is to be checked. Immutable.
 *
 * @param subjects each looked at by itself, and beside its old hook where it is a port
 * @param parts from which sides
 * @param seed of what is chosen at random once everything systematic is done
 * @param budget the most time for one subject
 */
public record CheckRequest(List<Subject> subjects, Set<Part> parts, long seed, Duration budget) {
  /** Keeps its own copies. */
  public CheckRequest {
    subjects = List.copyOf(subjects);
    parts = Set.copyOf(parts);
  }

  /** These subjects from all sides. */
  public static CheckRequest of(List<Subject> subjects, Duration budget) {
    return new CheckRequest(subjects, EnumSet.allOf(Part.class), 1, budget);
  }
}
