// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.workbench.lab.State;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What differs between two states.
 *
 * @param gone lines that only the first has
 * @param come lines that only the second has
 */
record StateChange(List<String> gone, List<String> come) {
  StateChange {
    gone = List.copyOf(gone);
    come = List.copyOf(come);
  }

  static StateChange of(State before, State after) {
    List<String> gone = new ArrayList<>(before.lines());
    List<String> come = new ArrayList<>(after.lines());
    after.lines().forEach(gone::remove);
    before.lines().forEach(come::remove);
    TreeSet<String> names = new TreeSet<>(before.counts().keySet());
    names.addAll(after.counts().keySet());
    for (String name : names) {
      long then = before.counts().getOrDefault(name, 0L);
      long now = after.counts().getOrDefault(name, 0L);
      if (then != now) {
        gone.add(name + ": " + then);
        come.add(name + ": " + now);
      }
    }
    return new StateChange(gone, come);
  }

  boolean isEmpty() {
    return gone.isEmpty() && come.isEmpty();
  }
}
