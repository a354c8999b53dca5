// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.base.Errno;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.ArrayList;
import java.util.List;

/** Statements for the steps of a run. Keeps count of the descriptors. Not thread-safe. */
final class Steps {
  /** The only error without a name in errno.h. */
  private static final Errno UNNAMED = Errno.ENOTSUPP;

  private int opened;

  /** The statement for a step; it must come to what it came to in the model. */
  String expecting(Step step) throws NotTriable {
    return statement(step, value(step.result()));
  }

  /** The same, but another result is known, too: the defect's. */
  String expecting(Step step, String bad) throws NotTriable {
    String good = value(step.result());
    String other = value(bad);
    return good.equals(other)
        ? statement(step, good)
        : assigned(step) + "EITHER(" + good + ", " + other + ", " + ActText.of(step.act()) + ");";
  }

  private String statement(Step step, String value) throws NotTriable {
    if (step.act() instanceof Act.Exit) {
      return "/* The process ends. */";
    }
    return assigned(step) + "DO(" + value + ", " + ActText.of(step.act()) + ");";
  }

  private String assigned(Step step) {
    if (!(step.act() instanceof Act.Open) || step.failed()) {
      return "";
    }
    opened++;
    return ActText.file(opened - 1) + " = (int)";
  }

  private static String value(String result) throws NotTriable {
    if (result.equals("ok")) {
      return "OK";
    } else if (result.startsWith("SIG")) {
      return "SIGNAL(" + result + ")";
    } else if (result.equals("-" + UNNAMED.name())) {
      return "-" + UNNAMED.number();
    } else if (result.startsWith("-E") || Character.isDigit(result.charAt(0))) {
      return result;
    }
    throw new NotTriable("it needs what no program should try: " + result);
  }

  /** The statements that unlink what a run has made in /dev/shm. */
  static List<String> unlinking(Run run) throws NotTriable {
    List<String> statements = new ArrayList<>();
    for (Step step : run.steps()) {
      if (step.act() instanceof Act.Open open && RealFile.of(open.path()) == RealFile.TMPFS) {
        String statement = "unlink(" + RealFile.name(open.path()) + ");";
        if (!statements.contains(statement)) {
          statements.add(statement);
        }
      }
    }
    return statements;
  }
}
