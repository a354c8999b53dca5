// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Rule;
import java.util.List;
import java.util.Optional;

/**
 * A finding as a C program that can be tried on a real kernel, or why there can be none. The
 * program needs nothing but libc; it says what it sees, and ends with 0 if the kernel behaves as it
 * should, with 1 if the defect is there, and with 77 if it cannot be tried here. Immutable.
 *
 * @param text the program, if there can be one
 * @param reason else the reason why not, as half a sentence: "it needs a failure that ..."; empty
 *     if there is a program
 */
public record CProgram(Optional<String> text, String reason) {
  /**
   * The program for a finding.
   *
   * @param reproducer its calls as strace would show them, one a line, for the program's comment
   */
  public static CProgram of(Finding finding, List<String> reproducer) {
    try {
      Obstacles.refuse(finding);
      return new CProgram(Optional.of(text(finding, new Header(finding, reproducer))), "");
    } catch (NotTriable e) {
      return new CProgram(Optional.empty(), e.reason());
    }
  }

  private static String text(Finding finding, Header header) throws NotTriable {
    if (isOfCharge(finding)) {
      return ChargeProgram.of(finding).text(header);
    }
    try {
      return ResultProgram.of(finding).text(header);
    } catch (NotTriable e) {
      // No call and no byte shows it, but a meter may.
      if (Symptom.charge(finding.run()) > 0) {
        return ChargeProgram.of(finding).text(header);
      }
      throw e;
    }
  }

  private static boolean isOfCharge(Finding finding) {
    return finding.rule() == Rule.FAILED_CALL_GIVES_CHARGE_BACK
        || finding.rule() == Rule.NOTHING_LEFT && Symptom.charge(finding.run()) > 0;
  }
}
