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
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A program for a finding about lost commit charge: it does the acts again and again, each time in
 * a process of their own and with lengths that stand out, and looks at Committed_AS. As many rounds
 * without the calls at fault must lose nothing: those that fail, or if none does the last ones.
 *
 * @param run the acts, enlarged, up to the one at which the charge is lost
 * @param others what is done in the place of each of these in the other rounds
 * @param lost pages that stay charged by each round, in the model
 */
record ChargeProgram(Run run, List<Optional<Act>> others, long lost) {
  /** A round should lose as much: 1 MiB. */
  private static final long PER_ROUND = 256;

  private static final int MOST_ROUNDS = 32;

  /** All rounds together may lose as much: 32 MiB. */
  private static final long MOST = MOST_ROUNDS * PER_ROUND;

  /**
   * The program.
   *
   * @throws NotTriable if no charge is lost in the end, or too much, or also without the call at
   *     fault
   */
  static ChargeProgram of(Finding finding) throws NotTriable {
    Run shown = upTo(finding);
    long once = Symptom.charge(shown);
    if (once <= 0) {
      throw new NotTriable("no charge is lost for good: it is right again when all have gone");
    } else if (once > MOST) {
      throw new NotTriable(
          "each try would lose " + kib(once) + " kB of the commit charge for good");
    }
    Run larger = enlarged(shown, new Scale(Math.max(1, PER_ROUND / once)), once);
    return new ChargeProgram(larger, control(larger), Symptom.charge(larger));
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

  /**
   * Instead of mappings that fail munmap, which leaves the same gap; of what else fails nothing. If
   * none does or that is not enough, nothing of the last ones, as few as possible.
   */
  private static List<Optional<Act>> control(Run run) throws NotTriable {
    List<Optional<Act>> others = new ArrayList<>();
    for (Step step : run.own()) {
      if (!step.failed()) {
        others.add(Optional.of(step.act()));
      } else if (step.act() instanceof Act.Placing call) {
        others.add(Optional.of(gap(call)));
      } else {
        others.add(Optional.empty());
      }
    }
    for (int kept = others.size(); kept >= 0; kept--) {
      Collections.fill(others.subList(kept, others.size()), Optional.empty());
      List<Act> acts = others.stream().flatMap(Optional::stream).toList();
      if (Symptom.charge(Run.of(run.subject(), run.ground(), acts)) == 0) {
        return others;
      }
    }
    throw new NotTriable("charge is lost by what is done before, too: nothing to compare with");
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

  String text(Header header) throws NotTriable {
    StringBuilder text = new StringBuilder(header.text(run));
    text.append("//\n// The defect loses commit charge for good: until the next boot, ");
    text.append(kib(lost * rounds())).append(" kB at most\n");
    text.append("// (").append(rounds()).append(" rounds of ").append(kib(lost));
    text.append(" kB; ./t ROUNDS for fewer). No memory is lost.\n\n");
    text.append(Prologue.of(run));
    text.append("enum { ROUNDS = ").append(rounds());
    text.append(", LOST_PER_ROUND_KB = ").append(kib(lost)).append(" };\n\n");
    text.append("static void calls(int at_fault) {\n");
    Steps steps = new Steps();
    for (int i = 0; i < run.steps().size(); i++) {
      Step step = run.steps().get(i);
      String statement = steps.expecting(step);
      Optional<Act> other =
          i < run.setups() ? Optional.of(step.act()) : others.get(i - run.setups());
      if (other.equals(Optional.of(step.act()))) {
        text.append("  ").append(statement).append('\n');
      } else {
        text.append("  if (at_fault) ").append(statement).append('\n');
        if (other.isPresent()) {
          text.append("  else DO(OK, ").append(ActText.of(other.get())).append(");\n");
        }
      }
    }
    return text.append(MAIN).toString();
  }

  private static final String MAIN =
      """
        (void)at_fault;
      }

      static int ascending(const void *one, const void *other) {
        long a = *(const long *)one, b = *(const long *)other;
        return (a > b) - (a < b);
      }

      /* Other processes change Committed_AS, too, so what counts is the median of the rounds. */
      static int lost(int at_fault, int rounds, long *median, long *sum) {
        long each[ROUNDS];
        *sum = 0;
        for (int i = 0; i < rounds; i++) {
          long before = meminfo("Committed_AS");
          int status = in_child(calls, at_fault);
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
        printf("Committed_AS after %d rounds without the call at fault: %+ld kB, median %+ld kB.\\n",
               rounds, control_sum, control);
        printf("Committed_AS after %d rounds with it: %+ld kB, median %+ld kB; the model: %+d kB each.\\n",
               rounds, tried_sum, tried, LOST_PER_ROUND_KB);
        if (control * 4 > LOST_PER_ROUND_KB || control * 4 < -LOST_PER_ROUND_KB) {
          puts("Cannot be tried now: others change Committed_AS too much.");
          return CANNOT_TRY;
        }
        if (tried * 4 <= LOST_PER_ROUND_KB) {
          puts("The kernel behaves as it should: all charge is given back.");
          return FINE;
        }
        if (tried * 4 < LOST_PER_ROUND_KB * 3L) {
          puts("Cannot be tried now: this is neither nothing nor what the defect loses.");
          return CANNOT_TRY;
        }
        puts("The defect is there: charge is lost.");
        return DEFECT;
      }
      #endif
      """;
}
