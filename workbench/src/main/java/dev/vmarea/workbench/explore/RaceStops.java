// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.FailurePlan;
import dev.vmarea.drivers.StepObserver;
import dev.vmarea.vma.Inode;
import dev.vmarea.workbench.lab.Lab;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where operations of a lab stop: at the steps that its users tell of, wherever something could
 * fail, and when a VMA becomes visible in the reverse map of its file. The last two need nothing of
 * the user: they lie before its hook, behind it, in an action, before {@code mapped}. Thread-safe.
 */
final class RaceStops {
  private static final String VISIBLE = "mm.visible-to-the-file";

  private final StepObserver observer;
  private final Map<Thread, FailurePlan.Point> last = new ConcurrentHashMap<>();

  private RaceStops(StepObserver observer) {
    this.observer = observer;
  }

  /** Tells {@code observer} of them from now on. */
  static void tell(Lab lab, StepObserver observer) {
    RaceStops stops = new RaceStops(observer);
    lab.machine().kernel().failures(stops::passes);
    lab.users().all().values().forEach(user -> user.observe(stops::reached));
    for (Inode inode : inodes(lab)) {
      inode.reverseMap().watch(vma -> stops.reached(VISIBLE));
    }
  }

  /** Nobody is told any more. */
  static void end(Lab lab) {
    lab.machine().kernel().failures(FailurePlan.NONE);
    lab.users().all().values().forEach(user -> user.observe(StepObserver.NONE));
    inodes(lab).forEach(inode -> inode.reverseMap().watch(null));
  }

  private static Set<Inode> inodes(Lab lab) {
    Set<Inode> inodes = new LinkedHashSet<>();
    lab.opened().forEach(file -> inodes.add(file.inode()));
    return inodes;
  }

  /** Points in a row of one kind are one stop; those of trees come with others. */
  private boolean passes(FailurePlan.Point point) {
    if (point != FailurePlan.Point.TREE_NODE && last.put(Thread.currentThread(), point) != point) {
      observer.step(name(point));
    }
    return false;
  }

  private void reached(String step) {
    last.remove(Thread.currentThread());
    observer.step(step);
  }

  /** What is about to be done at a point. */
  private static String name(FailurePlan.Point point) {
    return "mm.before-" + point.id();
  }
}
