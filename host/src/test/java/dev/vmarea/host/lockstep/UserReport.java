// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.lockstep;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What came of the table of one user. */
final class UserReport {
  private final String user;
  private final List<String> findings = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();
  private final SortedMap<String, Integer> compared = new TreeMap<>();
  private int calls;

  UserReport(String user) {
    this.user = user;
  }

  /** The kernel made a call. */
  void call() {
    calls++;
  }

  /** A column was compared after it. */
  void compared(String column) {
    compared.merge(column, 1, Integer::sum);
  }

  /** The table says something else than the kernel. */
  void wrongRow(UserCase made, UserCall call, String what) {
    findings.add("[" + made.title() + "] " + call + ", in the table: " + what);
  }

  /** The model says something else than the kernel. */
  void differs(UserCase made, UserCall call, String column, String difference) {
    findings.add("[" + made.title() + "] " + call + ", " + column + ": " + difference);
  }

  /** The model says something else than the kernel, as the table says; or it does not after all. */
  void known(UserCase made, UserCall call, String column, String why, @Nullable String difference) {
    if (difference == null) {
      findings.add("[" + made.title() + "] " + call + ", " + column + ": differs no more");
    } else {
      skipped.add("[" + made.title() + "] " + call + ", " + column + " differs: " + why);
    }
  }

  /** Something is left when all is over. */
  void left(UserCase made, String column, String what) {
    findings.add("[" + made.title() + "] " + column + ": " + what);
  }

  /** The rest of a case was not compared with a column. */
  void notCompared(UserCase made, String column, String why) {
    skipped.add("[" + made.title() + "] " + column + ": " + why);
  }

  List<String> findings() {
    return findings;
  }

  int calls() {
    return calls;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(user).append(": ").append(calls).append(" calls of the kernel, compared ");
    text.append(compared);
    skipped.forEach(line -> text.append("\n  not compared: ").append(line));
    return text.toString();
  }
}
