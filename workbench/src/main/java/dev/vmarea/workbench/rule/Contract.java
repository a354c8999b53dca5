// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.ArrayList;
import java.util.List;

/** What prepare hooks must not do, whether or not it shows: change anything, keep a lock. */
public final class Contract {
  private Contract() {}

  /** What is broken, in the order in which it shows. */
  public static List<Violation> judge(Run run) {
    List<Violation> found = new ArrayList<>();
    if (run.subject().variant().isLegacy() || run.subject().isStacked()) {
      return found;
    }
    for (int i = run.setups(); i < run.steps().size(); i++) {
      Step step = run.steps().get(i);
      if (step.hook().keepsLock()) {
        found.add(
            new Violation(
                Rule.NO_LOCK_KEPT, i, "a lock is held when the hook has returned, or the call"));
      }
      String changes = step.hook().changes();
      if (!changes.isEmpty()) {
        found.add(
            new Violation(
                Rule.PREPARE_CHANGES_NOTHING, i, "when the hook has returned: " + changes));
      }
    }
    return found;
  }
}
