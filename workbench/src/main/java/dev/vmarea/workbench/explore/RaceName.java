// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.lab.Subject;
import java.util.List;

/** What two operations at once are called in commands: "plain/3", the third case of a ground. */
public final class RaceName {
  private RaceName() {}

  /** The name of a case that {@link RaceExplorer} has made. */
  public static String of(RaceCase race) {
    int number = RaceCases.of(race.subject(), race.ground()).indexOf(race) + 1;
    return race.ground().name() + "/" + number;
  }

  /**
   * The case with this name.
   *
   * @throws IllegalArgumentException if there is none, naming what there is
   */
  public static RaceCase find(Subject subject, String name) {
    int slash = name.lastIndexOf('/');
    String ground = slash < 0 ? name : name.substring(0, slash);
    for (Ground one : subject.kind().grounds()) {
      if (one.name().equals(ground)) {
        List<RaceCase> cases = RaceCases.of(subject, one);
        String number = slash < 0 ? "" : name.substring(slash + 1);
        if (number.matches("[0-9]{1,6}")
            && Integer.parseInt(number) >= 1
            && Integer.parseInt(number) <= cases.size()) {
          return cases.get(Integer.parseInt(number) - 1);
        }
        throw new IllegalArgumentException(
            name + ": " + ground + "/1 to " + ground + "/" + cases.size() + " expected");
      }
    }
    throw new IllegalArgumentException(
        name
            + ": "
            + subject.kind().id()
            + " has no ground of that name; it has "
            + subject.kind().grounds().stream().map(Ground::name).toList());
  }
}
