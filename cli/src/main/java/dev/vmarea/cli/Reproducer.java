// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.List;

/** How the acts that show a finding are written down. */
@FunctionalInterface
interface Reproducer {
  /** Header lines as comments, then a line for each act and what came of it. */
  String of(Run run, List<String> header);

  /** The acts as the workbench knows them; nothing reads these again. */
  static String acts(Run run, List<String> header) {
    StringBuilder text = new StringBuilder();
    header.forEach(line -> text.append("# ").append(line).append('\n'));
    for (Step step : run.steps()) {
      text.append(step.act()).append(" = ").append(step.result()).append('\n');
    }
    return text.toString();
  }
}
