// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.workbench.rule.Judge;
import dev.vmarea.workbench.rule.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Violations by the way in which a rule is broken, each with the shortest run that shows it so far.
 * Not thread-safe.
 */
public final class Collector {
  private final Map<String, Evidence> bySignature = new LinkedHashMap<>();

  /** Keeps what is new or shorter. */
  public void add(Judge.Judged judged) {
    for (Violation violation : judged.violations()) {
      Evidence evidence = new Evidence(violation, judged.run());
      bySignature.merge(
          violation.signature(), evidence, (old, one) -> one.weight() < old.weight() ? one : old);
    }
  }

  /** How many ways there are. */
  public int size() {
    return bySignature.size();
  }

  List<Evidence> evidence() {
    return List.copyOf(bySignature.values());
  }
}
