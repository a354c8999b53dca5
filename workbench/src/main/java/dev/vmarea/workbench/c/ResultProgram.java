// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.base.VmFlags;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Cause;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.State;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.List;

/**
 * A program for a finding that a process can see: results of calls, what it reads, what is mapped.
 * What is good is what comes of the same acts without the cause.
 *
 * @param bad the run of the finding, and loads from what is mapped if only they show it
 * @param good the same acts where all is well
 */
record ResultProgram(Run bad, Run good) {
  /**
   * The program.
   *
   * @throws NotTriable if nobody knows what is right, or a process cannot see the difference
   */
  static ResultProgram of(Finding finding) throws NotTriable {
    Run bad = finding.run();
    Subject sound = sound(bad.subject(), finding.cause());
    ResultProgram plain = new ResultProgram(bad, again(bad, sound, bad.acts()));
    if (plain.shows()) {
      return plain;
    }
    List<Act> looking = new ArrayList<>(bad.acts());
    looking.addAll(loads(bad));
    ResultProgram closer =
        new ResultProgram(again(bad, bad.subject(), looking), again(bad, sound, looking));
    if (closer.shows()) {
      return closer;
    }
    throw new NotTriable(
        "no result of a call, no byte and no line of /proc/PID/maps shows it to a process");
  }

  private static Run again(Run run, Subject subject, List<Act> acts) {
    return Run.of(subject, run.ground(), acts);
  }

  /** A load from each area that may be read and is there in the end. */
  private static List<Act> loads(Run run) {
    State last = run.before(run.steps().size());
    return last.areas().stream()
        .filter(area -> area.process() == 0 && VmFlags.has(area.flags(), VmFlags.READ))
        .<Act>map(area -> new Act.Load(0, area.page(), 0))
        .toList();
  }

  private boolean shows() {
    Symptom ill = Symptom.of(bad);
    Symptom well = Symptom.of(good);
    return !ill.results().equals(well.results()) || !ill.maps().equals(well.maps());
  }

  private static Subject sound(Subject subject, Cause cause) throws NotTriable {
    if (cause.isKernels()) {
      return subject.on(subject.profile().without(cause.kernel()));
    } else if (!cause.goodVariants().isEmpty()) {
      return subject.with(cause.goodVariants().getFirst());
    }
    throw new NotTriable("no hook or kernel is known that does it right, to compare with");
  }

  String text(Header header) throws NotTriable {
    Symptom ill = Symptom.of(bad);
    Symptom well = Symptom.of(good);
    Steps steps = new Steps();
    StringBuilder text = new StringBuilder(header.text(bad)).append('\n').append(Prologue.of(good));
    text.append("static void calls(int unused) {\n  (void)unused;\n");
    for (int i = 0; i < good.steps().size(); i++) {
      String statement = steps.expecting(good.steps().get(i), bad.steps().get(i).result());
      text.append("  ").append(statement).append('\n');
      if (!ill.maps().get(i).equals(well.maps().get(i))) {
        text.append("  mapped(\"call ")
            .append(i + 1)
            .append("\", \"")
            .append(well.maps().get(i))
            .append("\", \"")
            .append(ill.maps().get(i))
            .append("\");\n");
      }
    }
    return text.append(MAIN).toString();
  }

  private static final String MAIN =
      """
      }

      int main(void) {
        int status = in_child(calls, 0);
        if (status == FINE) puts("The kernel behaves as it should.");
        return status;
      }
      #endif
      """;
}
