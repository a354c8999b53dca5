// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.c;

import dev.vmarea.arch.Architecture;
import dev.vmarea.base.FailureRun.Occurrence;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What keeps a finding from being tried on a real kernel. */
final class Obstacles {
  /** What a real kernel has without a setting, too: segments are made as they are needed. */
  private static final Set<String> HARMLESS_SETTINGS = Set.of("segments", "size");

  private Obstacles() {}

  /**
   * Looks for obstacles.
   *
   * @throws NotTriable with the first one
   */
  static void refuse(Finding finding) throws NotTriable {
    Run run = finding.run();
    if (!finding.interleaving().isEmpty()) {
      throw new NotTriable(
          "it needs two operations at once in an order that only the model can force");
    }
    if (run.subject().isStacked()) {
      throw new NotTriable("it needs a stacked file system in front of the file");
    }
    if (!run.ground().architecture().equals(Architecture.X86_64)) {
      throw new NotTriable("it needs another machine: " + run.ground().architecture());
    }
    Set<String> settings = new HashSet<>(run.ground().settings().keySet());
    settings.removeAll(HARMLESS_SETTINGS);
    if (!settings.isEmpty()) {
      throw new NotTriable(
          "it needs a " + run.subject().kind().id() + " that is set up for it: " + settings);
    }
    Set<String> named = new HashSet<>();
    List<Step> steps = run.steps();
    for (int i = 0; i < steps.size(); i++) {
      refuse(steps.get(i).act(), i == steps.size() - 1, named);
      if (steps.get(i).threw()) {
        throw new NotTriable("a hook of the model throws " + steps.get(i).result());
      }
    }
  }

  private static void refuse(Act act, boolean isLast, Set<String> named) throws NotTriable {
    switch (act) {
      case Act.Failing one ->
          throw new NotTriable(
              "it needs a failure that only the model can inject: " + points(one.points()));
      case Act.Control one ->
          throw new NotTriable("it needs \"" + one.words() + "\" to happen to " + one.path());
      case Act.Open one -> {
        boolean again = !named.add(one.path());
        if (RealFile.of(one.path()) == RealFile.HUGE_PAGES && again) {
          throw new NotTriable("it needs the same file of huge pages twice: " + one.path());
        }
      }
      case Act.Unlink one -> {
        if (RealFile.of(one.path()) != RealFile.TMPFS) {
          throw new NotTriable("it needs a name to unlink: " + one.path());
        }
      }
      case Act.Fork one -> throw new NotTriable("it needs several processes, " + one);
      case Act.Exit one -> {
        if (!isLast) {
          throw new NotTriable("it goes on after the end of process " + one.process());
        }
      }
      default -> {}
    }
  }

  private static String points(List<Occurrence> points) {
    return points.stream()
        .map(one -> one.point().name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .collect(Collectors.joining(", "));
  }
}
