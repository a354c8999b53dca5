// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.cause.Cause;
import dev.vmarea.explain.cause.Remedy;
import dev.vmarea.explain.whatif.WhatIf;
import java.io.PrintStream;

/** An explanation for a ticket. */
record ExplainMarkdown(PrintStream to) {
  void print(Explained explained) {
    Explanation explanation = explained.explanation();
    to.println("### " + cell(ExplainTotals.heading(explained)));
    to.println();
    to.println("- VMAs: " + ExplainTotals.vmas(explanation.totals()));
    to.println("- size: " + ExplainTotals.size(explanation.totals()));
    to.println("- rules: " + ExplainTotals.rules(explanation));
    to.println();
    to.println(cell(ExplainTotals.inShort(explained)));
    table(explanation);
    for (Cause cause : explained.told()) {
      cause(explained, cause);
    }
    whatIfs(explained);
    to.println();
    ExplainTotals.notes(explained).forEach(note -> to.println("> " + cell(note)));
  }

  private void table(Explanation explanation) {
    int all = explanation.verdicts().size();
    if (all == 0) {
      return;
    }
    to.println();
    to.println("| boundaries | share | cause | known |");
    to.println("|---:|---:|---|---|");
    for (Cause cause : explanation.causes().ranked()) {
      to.println(
          "| "
              + Counted.number(cause.boundaries())
              + " | "
              + ExplainTotals.percent((double) cause.boundaries() / all)
              + " | "
              + cell(cause.title())
              + " | "
              + cause.evidence().word()
              + " |");
    }
  }

  private void cause(Explained explained, Cause cause) {
    Explanation explanation = explained.explanation();
    to.println();
    to.println("**" + cell(cause.title()) + "**");
    to.println();
    to.println("```");
    to.println(AreaText.line(explanation.snapshot(), cause.example()));
    to.println(AreaText.line(explanation.snapshot(), cause.example() + 1));
    to.println("```");
    to.println();
    to.println("- apart by: " + cell(ExplainText.reasons(explanation.verdicts(), cause.example())));
    if (!cause.producer().isEmpty()) {
      to.println("- made by: " + cell(cause.producer()));
    }
    Remedy remedy = cause.remedy();
    if (remedy != null) {
      to.println("- remedy: " + cell(remedy.advice()));
      ExplainTotals.gain(explained, remedy).ifPresent(gain -> to.println("- gives: " + gain));
    }
  }

  private void whatIfs(Explained explained) {
    if (explained.whatIfs().isEmpty()) {
      return;
    }
    to.println();
    to.println("| what if | VMAs |");
    to.println("|---|---|");
    for (WhatIf whatIf : explained.whatIfs()) {
      to.println(
          "| "
              + whatIf.name()
              + ": "
              + cell(whatIf.what())
              + " | "
              + ExplainTotals.change(whatIf)
              + " |");
    }
  }

  /** Text that a name cannot break out of: names are hostile. */
  private static String cell(String text) {
    StringBuilder safe = new StringBuilder();
    for (char c : Console.printable(text).toCharArray()) {
      if ("\\`*_{}[]<>#|!&".indexOf(c) >= 0) {
        safe.append('\\');
      }
      safe.append(c);
    }
    return safe.toString();
  }
}
