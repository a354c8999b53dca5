// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.lab;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import java.util.ArrayList;
import java.util.List;

/**
 * Acts that were done to a subject from the beginning to the end, and what came of them. Immutable.
 *
 * @param first what is there before the first act
 * @param steps the ground's setup and the acts, in order
 * @param setups how many of the steps are the ground's
 * @param broken what did not hold when all had gone
 * @param left what was still in use then that was not at first; empty if nothing
 * @param unlinked the files that were unlinked then
 */
public record Run(
    Subject subject,
    Ground ground,
    State first,
    List<Step> steps,
    int setups,
    List<String> broken,
    String left,
    List<String> unlinked) {
  /** Keeps its own copies of the lists. */
  public Run {
    steps = List.copyOf(steps);
    broken = List.copyOf(broken);
    unlinked = List.copyOf(unlinked);
  }

  /**
   * Does it; but for accesses to memory on a machine without an MMU.
   *
   * @throws IllegalStateException if the ground's setup fails: it does not suit the subject
   */
  public static Run of(Subject subject, Ground ground, List<Act> acts) {
    return of(subject, ground, acts, false);
  }

  /** The same, with a look at the locks that hooks keep. */
  public static Run watchingLocks(Subject subject, Ground ground, List<Act> acts) {
    return of(subject, ground, acts, true);
  }

  private static Run of(Subject subject, Ground ground, List<Act> acts, boolean locks) {
    try {
      Lab lab = new Lab(subject, ground);
      if (locks) {
        lab.watchLocks();
      }
      State first = lab.state();
      List<Step> steps = new ArrayList<>(lab.setUp());
      int setups = steps.size();
      acts.stream()
          .filter(act -> canBeTried(act, ground))
          .forEach(act -> steps.add(lab.perform(act)));
      Lab.End end = lab.end();
      return new Run(
          subject, ground, first, steps, setups, end.wrong(), end.left(), end.unlinked());
    } catch (ErrnoException e) {
      throw new IllegalStateException(subject + " cannot be made: " + e.errno(), e);
    }
  }

  /** Without an MMU an access asks nobody. */
  private static boolean canBeTried(Act act, Ground ground) {
    Act plain = act instanceof Act.Failing failing ? failing.act() : act;
    boolean accesses = plain instanceof Act.Load || plain instanceof Act.Store;
    return ground.architecture().hasMmu() || !accesses;
  }

  /** What is there before a step. */
  public State before(int step) {
    return step == 0 ? first : steps.get(step - 1).after();
  }

  /** The acts, without the setup. */
  public List<Act> acts() {
    return steps.subList(setups, steps.size()).stream().map(Step::act).toList();
  }

  /** The steps of the acts. */
  public List<Step> own() {
    return steps.subList(setups, steps.size());
  }

  /** Whether a step maps a file right beside what is mapped of it, so that both could merge. */
  public boolean touches(int step) {
    if (step >= steps.size() || !(steps.get(step).plainAct() instanceof Act.Placing call)) {
      return false;
    }
    long end = call.page() + call.pages();
    return before(step).areas().stream()
        .anyMatch(area ->
            area.process() == call.process()
                && !area.file().isEmpty()
                && (area.endPage() == call.page() || area.page() == end));
  }
}
