// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.workbench.finding.Cause;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Subject;

/**
 * A program for a finding that a process can see: results of calls, what it reads, what is mapped.
 * What is good is what comes of the same acts without the cause.
 *
 * @param bad the run of the finding
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
    Run good = Run.of(sound(bad.subject(), finding.cause()), bad.ground(), bad.acts());
    Symptom ill = Symptom.of(bad);
    Symptom well = Symptom.of(good);
    if (ill.results().equals(well.results()) && ill.maps().equals(well.maps())) {
      throw new NotTriable(
          "it shows inside of the kernel only: calls return what they should,"
              + " and what is mapped is right");
    }
    return new ResultProgram(bad, good);
  }

  private static Subject sound(Subject subject, Cause cause) throws NotTriable {
    if (cause.isKernels()) {
      return subject.on(subject.profile().without(cause.kernel()));
    } else if (!cause.goodVariants().isEmpty()) {
      return subject.with(cause.goodVariants().getFirst());
    }
    throw new NotTriable("no hook or kernel is known that does it right, to compare with");
  }

  String text(String header) throws NotTriable {
    Symptom ill = Symptom.of(bad);
    Symptom well = Symptom.of(good);
    Steps steps = new Steps();
    StringBuilder text = new StringBuilder(header).append('\n').append(Prologue.of(good));
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
