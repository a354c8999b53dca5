// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;
import dev.vmarea.workbench.rule.Violation;

/** A violation and the run that shows it. */
record Evidence(Violation violation, Run run) {
  Subject subject() {
    return run.subject();
  }

  /**
   * How much there is to read: acts and failures in the first place, then what they are done to.
   */
  int weight() {
    int weight = run.subject().isStacked() ? 1 : 0;
    for (var step : run.own()) {
      weight += 10 * (1 + step.failures().size());
    }
    return weight + (run.ground().name().equals(dev.vmarea.drivers.ground.Ground.PLAIN) ? 0 : 1);
  }
}
