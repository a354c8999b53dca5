// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.diagnosis;

import dev.vmarea.base.FailurePlan.Point;
import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.workbench.lab.ActName;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.rule.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** What findings are called. */
public final class Titles {
  private static final int MOST = 90;

  private Titles() {}

  /** A line that says where it happens and what. */
  static String of(Violation violation, Run run) {
    String subject = run.subject().kind().id() + " " + run.subject().variant();
    return subject
        + (run.subject().isStacked() ? " below a stacked file" : "")
        + ": "
        + place(violation, run)
        + ": "
        + brief(violation.what());
  }

  /** Without the particulars, if there are many. */
  private static String brief(String what) {
    int colon = what.lastIndexOf(": ", MOST);
    return what.length() <= MOST || colon <= 0 ? what : what.substring(0, colon);
  }

  /** The call at which it shows, and what fails in it. */
  static String place(Violation violation, Run run) {
    if (violation.step() >= run.steps().size()) {
      return "at the end of " + sequence(run);
    }
    Step step = run.steps().get(violation.step());
    return ActName.of(step.plainAct()) + failing(step.failures());
  }

  private static String sequence(Run run) {
    return run.own().stream()
        .map(step -> ActName.of(step.plainAct()) + failing(step.failures()))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String failing(List<Occurrence> points) {
    if (points.isEmpty()) {
      return "";
    }
    return " ("
        + points.stream().map(one -> reason(one.point())).collect(Collectors.joining(", then "))
        + ")";
  }

  /** What it means that a step fails. */
  static String reason(Point point) {
    return switch (point) {
      case VMA -> "no memory for a VMA";
      case TREE_NODE -> "no memory for the tree";
      case ANON_CLONE -> "no memory for an anon_vma";
      case COMMIT -> "the commit limit is reached";
      case PAGE_TABLE -> "no memory for a page table";
      case HOOK -> "no memory inside the hook";
      case PFN_RESERVE -> "page frames are reserved otherwise";
      case PFN_CONTEXT -> "no memory to track page frames";
      case MAPPED -> "no memory inside what follows the action";
    };
  }
}
