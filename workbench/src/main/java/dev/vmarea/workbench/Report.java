// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.workbench.finding.Finding;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a check came to. Immutable.
 *
 * @param subjects one for each subject, in the order asked for; fewer if it was stopped
 * @param isComplete whether it ran to its end
 */
public record Report(List<SubjectReport> subjects, boolean isComplete) {
  /** Keeps its own copy of the list. */
  public Report {
    subjects = List.copyOf(subjects);
  }

  /** All findings that nobody has declared intended. */
  public Stream<Finding> findings() {
    return subjects.stream().flatMap(subject -> subject.findings().stream());
  }

  /** Combinations that were run. */
  public long combinations() {
    return subjects.stream().mapToLong(SubjectReport::combinations).sum();
  }
}
