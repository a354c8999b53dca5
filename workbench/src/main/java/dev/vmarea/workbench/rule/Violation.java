// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.rule;

import dev.vmarea.workbench.finding.Rule;

/**
 * A rule that is broken.
 *
 * @param step the step of the run at which it shows; the number of steps if it shows at the end
 * @param what was seen
 */
public record Violation(Rule rule, int step, String what) {
  /** The rule and what was seen, without numbers: the same for what is broken in the same way. */
  public String signature() {
    return rule.id() + ": " + what.replaceAll("0x[0-9a-f]+|[0-9]+", "N");
  }
}
