// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.base.Pages;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.List;

/**
 * A program for a finding about lost commit charge: it does the acts again and again, each time in
 * a process of their own and with lengths that stand out, and looks at Committed_AS. As many rounds
 * with munmap in the place of the failing call, which leaves the same gap, must lose nothing.
 *
 * @param run the acts, enlarged, up to the one at which the charge is lost
 * @param lost pages that stay charged by each round, in the model
 */
record ChargeProgram(Run run, long lost) {
  /** A round should lose as much: 1 MiB. */
  private static final long PER_ROUND = 256;

  private static final int MOST_ROUNDS = 32;

  /** All rounds together may lose as much: 32 MiB. */
  private static final long MOST = MOST_ROUNDS * PER_ROUND;

  /**
   * The program.
   *
   * @throws NotTriable if no charge is lost in the end, or too much, or also without the failing
   *     call
   */
  static ChargeProgram of(Finding finding) throws NotTriable {
    Run shown = upTo(finding);
    long once = Symptom.charge(shown);
    if (once <= 0) {
      throw new NotTriable("no charge is lost for good: it is right again when all have gone");
    } else if (once > MOST) {
      throw new NotTriable("each try would lose " + kib(once) + " kB of the commit charge for good");
    }
    Run larger = enlarged(shown, new Scale(Math.max(1, PER_ROUND / once)), once);
    Run control = Run.of(larger.subject(), larger.ground(), control(larger));
    if (Symptom.charge(control) != 0 || control.own().stream().anyMatch(Step::failed)) {
      throw new NotTriable("charge is lost without a call that fails, too: nothing to compare with");
    }
    return new ChargeProgram(larger, Symptom.charge(larger));
  }

  private static Run upTo(Finding finding) {
    Run run = finding.run();
    int own = Math.min(run.own().size(), finding.step() + 1 - run.setups());
    return Run.of(run.subject(), run.ground(), run.acts().subList(0, own));
  }

  /** The acts so much larger, if the model says that this changes nothing else. */
  private static Run enlarged(Run run, Scale scale, long once) {
    Subject subject = run.subject();
    Ground ground = scale.of(run.ground());
    Run larger;
    try {
      larger = Run.of(subject, ground, scale.of(run.acts()));
    } catch (IllegalStateException e) {
      return run; // Its files cannot be so large.
    }
    boolean same =
        Symptom.of(larger).results().equals(Symptom.of(run).results())
            && Symptom.charge(larger) == once * scale.factor();
    return same ? larger : run;
  }

  /** The acts with munmap for mappings that fail, and without what else fails. */
  private static List<Act> control(Run run) {
    List<Act> acts = new ArrayList<>();
    for (Step step : run.own()) {
      if (!step.failed()) {
        acts.add(step.act());
      } else if (step.act() instanceof Act.Placing call) {
        acts.add(gap(call));
      }
    }
    return acts;
  }

  private static Act gap(Act.Placing call) {
    return new Act.Unmap(call.process(), call.page(), call.pages());
  }

  private int rounds() {
    return (int) Math.min(MOST_ROUNDS, MOST / lost);
  }

  private static long kib(long pages) {
    return Pages.bytes(pages) / 1024;
  }

  String text(String header) throws NotTriable {
    StringBuilder text = new StringBuilder(header);
    text.append("//\n// The defect loses commit charge for good: until the next boot, ");
    text.append(kib(lost * rounds())).append(" kB at most\n");
    text.append("// (").append(rounds()).append(" rounds of ").append(kib(lost));
    text.append(" kB; ./t ROUNDS for fewer). No memory is lost.\n\n");
    text.append(Prologue.of(run));
    text.append("enum { ROUNDS = ").append(rounds());
    text.append(", LOST_PER_ROUND_KB = ").append(kib(lost)).append(" };\n\n");
    text.append("static void calls(int failing) {\n");
    Steps steps = new Steps();
    for (Step step : run.steps()) {
      text.append(statement(steps, step));
    }
    return text.append(MAIN).toString();
  }

  private static String statement(Steps steps, Step step) throws NotTriable {
    String statement = steps.expecting(step) + "\n";
    if (!step.failed()) {
      return "  " + statement;
    }
    String otherwise =
        step.act() instanceof Act.Placing call
            ? "  else DO(OK, " + ActText.of(gap(call)) + ");\n"
            : "";
    return "  if (failing) " + statement + otherwise;
  }

  private static final String MAIN =
      """
        (void)failing;
      }

      static int ascending(const void *one, const void *other) {
        long a = *(const long *)one, b = *(const long *)other;
        return (a > b) - (a < b);
      }

      /* Other processes change Committed_AS, too, so what counts is the median of the rounds. */
      static int lost(int failing, int rounds, long *median, long *sum) {
        long each[ROUNDS];
        *sum = 0;
        for (int i = 0; i < rounds; i++) {
          long before = meminfo("Committed_AS");
          int status = in_child(calls, failing);
          if (status != FINE) return status;
          each[i] = meminfo("Committed_AS") - before;
          *sum += each[i];
        }
        qsort(each, (size_t)rounds, sizeof each[0], ascending);
        *median = each[rounds / 2];
        return FINE;
      }

      int main(int count, char **arguments) {
        long control, control_sum, tried, tried_sum;
        int status, rounds = count > 1 ? atoi(arguments[1]) : ROUNDS;
        if (rounds < 1 || rounds > ROUNDS) {
          printf("Cannot be tried: 1 to %d rounds.\\n", ROUNDS);
          return CANNOT_TRY;
        }
        if (meminfo("Committed_AS") < 0) {
          puts("Cannot be tried here: no Committed_AS in /proc/meminfo.");
          return CANNOT_TRY;
        }
        printf("If the defect is there, %d kB of commit charge are lost now, until the next boot.\\n",
               rounds * LOST_PER_ROUND_KB);
        status = lost(0, rounds, &control, &control_sum);
        if (status == FINE) status = lost(1, rounds, &tried, &tried_sum);
        if (status != FINE) return status;
        printf("Committed_AS after %d rounds without the failing call: %+ld kB, median %+ld kB.\\n",
               rounds, control_sum, control);
        printf("Committed_AS after %d rounds with it: %+ld kB, median %+ld kB; the model: %+d kB each.\\n",
               rounds, tried_sum, tried, LOST_PER_ROUND_KB);
        if (control * 4 > LOST_PER_ROUND_KB || control * 4 < -LOST_PER_ROUND_KB) {
          puts("Cannot be tried now: others change Committed_AS too much.");
          return CANNOT_TRY;
        }
        if (tried * 4 <= LOST_PER_ROUND_KB) {
          puts("The kernel behaves as it should: the failing call gives its charge back.");
          return FINE;
        }
        if (tried * 4 < LOST_PER_ROUND_KB * 3L) {
          puts("Cannot be tried now: this is neither nothing nor what the defect loses.");
          return CANNOT_TRY;
        }
        puts("The defect is there: the failing call loses its charge.");
        return DEFECT;
      }
      #endif
      """;
}
