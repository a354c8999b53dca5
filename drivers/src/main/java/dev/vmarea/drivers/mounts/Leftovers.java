// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.drivers.mounts;

import dev.vmarea.Machine;
import dev.vmarea.drivers.UserModel;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a machine has in use, to be compared with what it had. Fewer page frames than before are
 * none lost: a user may have given up what it had.
 */
public record Leftovers(SortedMap<String, Long> counts) {
  /** Name of the commit charge among the counts, in pages. */
  public static final String CHARGE = "charge";

  private static final String FRAMES = "page frames";

  /** What is in use now. */
  public static Leftovers of(Machine machine, MountedUsers users) {
    SortedMap<String, Long> counts = new TreeMap<>();
    // The page of zeroes, once it is made, is never given back.
    long zeroes = machine.kernel().memory().zeroPfnIfAny() < 0 ? 0 : 1;
    counts.put(FRAMES, machine.kernel().memory().allocatedPages() - zeroes);
    counts.put(CHARGE, machine.kernel().commit().committed());
    counts.put("reserved ranges", (long) machine.kernel().pfnTracking().reservations().size());
    users
        .all()
        .forEach((path, user) ->
            user.counters().forEach((name, value) -> counts.put(path + " " + name, value)));
    return new Leftovers(counts);
  }

  /** What is more, or less, than in {@code before}; empty if nothing. */
  public String since(Leftovers before) {
    StringBuilder text = new StringBuilder();
    counts.forEach((name, value) -> {
      long change = value - before.counts.getOrDefault(name, 0L);
      if (change > 0 || change < 0 && !name.equals(FRAMES)) {
        text.append(text.isEmpty() ? "" : ", ").append(name);
        text.append(String.format(" %+d", change));
      }
    });
    return text.toString();
  }

  /** When all users are gone: what there still is. */
  public String afterEverything() {
    return since(new Leftovers(new TreeMap<>()));
  }

  /**
   * All processes have ended and all files are closed: lets the users finish what they have begun
   * and takes them away.
   *
   * @param before what was in use at first, when the users were there
   * @return what is in use more, or less, before or after that; empty if nothing
   */
  public static String atEnd(Machine machine, MountedUsers users, Leftovers before) {
    users.all().values().forEach(UserModel::quiesce);
    String left = of(machine, users).since(before);
    users.close();
    String kept = of(machine, users).afterEverything();
    return left.isEmpty() ? kept : left;
  }
}
