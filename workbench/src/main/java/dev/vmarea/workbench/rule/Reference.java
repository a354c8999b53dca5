// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.State;
import java.util.ArrayList;
import java.util.List;

/** Another run of the same subject that shows what a state should be like. */
final class Reference {
  private Reference() {}

  /** What there is when instead of the acts from step {@code from} on this is done. */
  static State instead(Run run, int from, Act... others) {
    List<Act> acts = new ArrayList<>();
    for (int i = run.setups(); i < from; i++) {
      acts.add(run.steps().get(i).act());
    }
    acts.addAll(List.of(others));
    Run reference = Run.of(run.subject(), run.ground(), acts);
    return reference.steps().isEmpty() ? reference.first() : reference.steps().getLast().after();
  }
}
