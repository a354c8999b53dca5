// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Collects the rows of one group. */
final class RowList {
  /** A value that may turn out not to have been measured. */
  @FunctionalInterface
  interface Value {
    double get() throws NotMeasuredException;
  }

  private final Group group;
  private final List<Row> rows = new ArrayList<>();

  RowList(Group group) {
    this.group = group;
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  /** A figure against a peer. */
  void compare(String what, String unit, Value ours, String peer, Value theirs, Target target) {
    try {
      double own = ours.get();
      try {
        OptionalDouble other = OptionalDouble.of(theirs.get());
        rows.add(new Figure(group.title(), what, unit, own, peer, other, target));
      } catch (NotMeasuredException e) {
        notRun(what + ", against " + peer, e.reason());
      }
    } catch (NotMeasuredException e) {
      notRun(what, e.reason());
    }
  }

  /** A figure that stands for itself. */
  void alone(String what, String unit, Value ours, Target target) {
    try {
      rows.add(
          new Figure(group.title(), what, unit, ours.get(), "", OptionalDouble.empty(), target));
    } catch (NotMeasuredException e) {
      notRun(what, e.reason());
    }
  }

  private void notRun(String what, String reason) {
    rows.add(new NotRun(group.title(), what, reason));
  }
}
