// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.workbench.lab.Run;
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
  private final Map<String, Evidence> byWay = new LinkedHashMap<>();
  private final IntendedDifferences intended;

  /** Nothing yet; what is intended of one user does not hide what looks alike and is not. */
  public Collector(IntendedDifferences intended) {
    this.intended = intended;
  }

  /** The way in which a rule is broken. */
  public String way(Run run, Violation violation) {
    return (intended.covers(run, violation) ? "intended " : "") + violation.signature();
  }

  /** Keeps what is new or shorter. */
  public void add(Judge.Judged judged) {
    for (Violation violation : judged.violations()) {
      Evidence evidence = new Evidence(violation, judged.run());
      byWay.merge(
          way(judged.run(), violation),
          evidence,
          (old, one) -> one.weight() < old.weight() ? one : old);
    }
  }

  /** How many ways there are. */
  public int size() {
    return byWay.size();
  }

  boolean isIntended(Evidence evidence) {
    return intended.covers(evidence.run(), evidence.violation());
  }

  List<Evidence> evidence() {
    return List.copyOf(byWay.values());
  }
}
