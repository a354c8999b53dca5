// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench;

import dev.vmarea.drivers.Variant;
import dev.vmarea.workbench.finding.Declared;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.lab.Subject;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one subject came to. Immutable.
 *
 * @param partner the old hook that it was compared with, or null
 * @param findings what breaks a rule or differs
 * @param intended the same, of which somebody has said why it is so
 * @param tried combinations that were run, by part
 * @param isComplete whether all was tried that was planned, within the budget
 */
public record SubjectReport(
    Subject subject,
    @Nullable Variant partner,
    List<Finding> findings,
    List<Declared> intended,
    Map<Part, Long> tried,
    boolean isComplete) {
  /** Keeps its own copies. */
  public SubjectReport {
    findings = List.copyOf(findings);
    intended = List.copyOf(intended);
    tried = Map.copyOf(tried.isEmpty() ? Map.of() : new EnumMap<>(tried));
  }

  /** All combinations that were run. */
  public long combinations() {
    return tried.values().stream().mapToLong(Long::longValue).sum();
  }
}
