// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.MapFlags;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import dev.vmarea.workbench.lab.Subject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What may happen while a mapping of a ground is made: the ground's events, calls of the same
 * process, calls and accesses of its child; with the place free, and with an older mapping there.
 */
final class RaceCases {
  private static final long FAR = 64;

  private final Subject subject;
  private final Ground ground;
  private final Set<RaceCase> cases = new LinkedHashSet<>();

  private RaceCases(Subject subject, Ground ground) {
    this.subject = subject;
    this.ground = ground;
  }

  /** All of a ground; what its devices and files go through first. */
  static List<RaceCase> of(Subject subject, Ground ground) {
    RaceCases all = new RaceCases(subject, ground);
    List<Act.Placing> mappings = mappings(ground);
    for (Act.Placing mapping : mappings) {
      ground.events().forEach(event -> all.add(List.of(), mapping, event));
    }
    for (Act.Placing mapping : mappings) {
      ground.events().forEach(event -> all.add(List.of(mapping), mapping, event));
    }
    mappings.forEach(all::calls);
    return List.copyOf(all.cases);
  }

  /** The ground's, and the same privately. */
  private static List<Act.Placing> mappings(Ground ground) {
    List<Act.Placing> mappings = new ArrayList<>();
    mappings.add(ground.mapping());
    if (ground.mapping() instanceof Act.Map map && (map.flags() & MapFlags.PRIVATE) == 0) {
      mappings.add(map.flags(map.flags() & ~MapFlags.TYPE | MapFlags.PRIVATE));
    }
    return mappings;
  }

  private void calls(Act.Placing mapping) {
    Act fork = new Act.Fork(0);
    long page = mapping.page();
    add(List.of(), mapping, new Act.Unmap(0, page, mapping.pages()));
    add(List.of(mapping), mapping, new Act.Unmap(0, page, mapping.pages()));
    add(List.of(), mapping, fork);
    add(List.of(mapping), mapping, fork);
    add(List.of(), mapping, mapping.at(page + FAR * ground.unitPages()));
    add(List.of(fork), mapping, mapping.by(1));
    add(List.of(mapping, fork), mapping, new Act.Load(1, page, 0));
    add(List.of(mapping, fork), mapping, new Act.Exit(1));
  }

  private void add(List<Act> before, Act.Placing mapping, Act other) {
    cases.add(new RaceCase(subject, ground, before, mapping, other));
  }
}
