// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.script;

import dev.vmarea.drivers.ground.Act;
import dev.vmarea.workbench.lab.Run;
import dev.vmarea.workbench.lab.Step;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The processes of a script. The lab has one table of open files for all processes; so have those
 * of a script, where a fork's copy of the table would make a difference.
 */
final class Processes {
  /** The first process. */
  static final int FIRST = 100;

  /** One that has the files of all when nobody else is left. */
  static final int KEEPER = 99;

  /** Arguments of a clone whose child has the same table of open files. */
  static final String SHARING = "child_stack=NULL, flags=CLONE_FILES|SIGCHLD";

  private final NavigableSet<Integer> alive = new TreeSet<>();
  private final boolean keeper;
  private final boolean sharing;
  private int forks;

  Processes(Run run) {
    keeper = everybodyGoes(run);
    sharing = keeper || filesChangeAfterFork(run);
    alive.add(FIRST);
  }

  private static boolean everybodyGoes(Run run) {
    int alive = 1;
    for (Step step : run.steps()) {
      if (!step.failed() && step.plainAct() instanceof Act.Fork) {
        alive++;
      } else if (!step.failed() && step.plainAct() instanceof Act.Exit) {
        alive--;
      }
      if (alive == 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean filesChangeAfterFork(Run run) {
    boolean forked = false;
    for (Step step : run.steps()) {
      Act act = step.plainAct();
      if (forked && (act instanceof Act.Open || act instanceof Act.Close)) {
        return true;
      }
      forked |= act instanceof Act.Fork;
    }
    return false;
  }

  boolean hasKeeper() {
    return keeper;
  }

  /** Whether children share the table of open files. */
  boolean isSharing() {
    return sharing;
  }

  static int pid(int process) {
    return FIRST + process;
  }

  /** Who does what no process is named for. */
  int any() {
    return alive.isEmpty() ? KEEPER : alive.first();
  }

  /** The pid of a new process. */
  int fork() {
    forks++;
    alive.add(pid(forks));
    return pid(forks);
  }

  void exit(int process) {
    alive.remove(pid(process));
  }

  /** Pids of those that have not gone; the keeper, if there is one, is the first. */
  List<Integer> alive() {
    NavigableSet<Integer> all = new TreeSet<>(alive);
    if (keeper) {
      all.add(KEEPER);
    }
    return List.copyOf(all);
  }
}
