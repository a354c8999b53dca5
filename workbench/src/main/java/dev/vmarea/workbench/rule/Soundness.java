// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.base.KernelWarning;
import dev.vmarea.workbench.finding.Rule;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What must hold in every run of whatever hook: invariants, silence of the log, nothing left. */
public final class Soundness {
  private Soundness() {}

  /** What is broken, in the order in which it shows. */
  public static List<Violation> judge(Run run) {
    List<Violation> found = new ArrayList<>();
    Set<String> known = new HashSet<>();
    List<Step> steps = run.steps();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (step.threw()) {
        found.add(new Violation(Rule.HOOK_KEEPS_ITS_INTERFACE, i, step.result()));
      }
      for (KernelWarning warning : step.warnings()) {
        found.add(new Violation(Rule.NO_WARNING, i, text(warning)));
      }
      for (String broken : step.broken()) {
        if (known.add(broken)) {
          found.add(new Violation(Rule.INVARIANTS, i, broken));
        }
      }
    }
    for (String broken : run.broken()) {
      if (known.add(broken)) {
        found.add(new Violation(Rule.INVARIANTS, steps.size(), broken));
      }
    }
    if (!run.left().isEmpty()) {
      found.add(new Violation(Rule.NOTHING_LEFT, steps.size(), "left: " + run.left()));
    }
    return found;
  }

  private static String text(KernelWarning warning) {
    String kind = warning.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return kind + ": " + warning.text();
  }
}
