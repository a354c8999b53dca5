// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.Advice;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.MremapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What can happen to a mapping while it lives: cut, moved, protected, inherited, mapped over,
 * joined by its neighbour; its file closed, its device gone. One thing, and each two of them.
 */
public final class LifeCycles {
  private static final long FAR = 64;

  private final Ground ground;
  private final List<Act.Placing> mappings = new ArrayList<>();
  private final List<List<Act>> happenings = new ArrayList<>();
  private final List<List<Act>> events = new ArrayList<>();
  private final List<List<Act>> neighbours = new ArrayList<>();

  /** Of mappings of a ground. */
  public LifeCycles(Ground ground) {
    this.ground = ground;
    Act.Placing good = ground.mapping().at(Surroundings.base(ground));
    long unit = ground.unitPages();
    long page = good.page();
    Act.Placing first = good;
    if (good instanceof Act.Map map) {
      // The lower half is the larger one, so that it can be cut.
      long half = Pages.bytes(unit) * Math.max(1, (map.bytes() / Pages.bytes(unit) + 1) / 2);
      if (ground.isDivisible() && half < map.bytes()) {
        Act.Map lower = map.part(half, map.offset());
        Act.Map upper =
            map.part(map.bytes() - half, map.offset() + half).at(page + Pages.count(half));
        first = lower;
        neighbours.add(List.of(upper));
      }
      mappings.add(first);
      mappings.add(((Act.Map) first).flags(MapFlags.PRIVATE));
    } else {
      mappings.add(first);
    }
    happenings.addAll(neighbours);
    happenings.addAll(calls(first, unit));
    if (good instanceof Act.Map) {
      happenings.add(List.of(new Act.Close(0)));
    }
    ground.events().forEach(event -> events.add(List.of(event)));
    happenings.addAll(events);
  }

  private static List<List<Act>> calls(Act.Placing mapping, long unit) {
    long page = mapping.page();
    long pages = mapping.pages();
    long middle = pages > 2 * unit ? page + unit : page;
    List<List<Act>> all = new ArrayList<>();
    all.add(List.of(new Act.Store(0, page, 0, 5)));
    all.add(List.of(new Act.Load(0, page + pages - 1, 9)));
    all.add(List.of(new Act.Unmap(0, page, pages)));
    all.add(List.of(new Act.Unmap(0, middle, unit)));
    all.add(List.of(new Act.Unmap(0, page + pages - unit, unit)));
    all.add(List.of(new Act.Protect(0, page, unit, Prot.READ)));
    all.add(List.of(new Act.Protect(0, page, pages, Prot.READ | Prot.WRITE | Prot.EXEC)));
    all.add(List.of(new Act.Move(0, page, pages, pages + unit, MremapFlags.MAYMOVE, 0)));
    all.add(List.of(new Act.Move(0, page, pages, unit, 0, 0)));
    int fixed = MremapFlags.MAYMOVE | MremapFlags.FIXED;
    all.add(List.of(new Act.Move(0, page, pages, pages, fixed, page + FAR * unit)));
    all.add(
        List.of(
            new Act.Move(0, page, pages, pages, fixed | MremapFlags.DONTUNMAP, page + FAR * unit)));
    all.add(List.of(new Act.Move(0, page, 0, pages, fixed, page + FAR * unit)));
    all.add(List.of(new Act.Fork(0)));
    all.add(List.of(new Act.Fork(0), new Act.Store(1, page, 3, 8), new Act.Exit(1)));
    all.add(List.of(new Act.Fork(0), new Act.Unmap(1, page, unit)));
    all.add(List.of(new Act.Advise(0, page, pages, Advice.DONTNEED)));
    all.add(List.of(new Act.Advise(0, page, unit, Advice.DONTFORK)));
    all.add(List.of(new Act.Lock(0, page, pages)));
    all.add(List.of(Surroundings.anonymous(0, page, unit, Prot.READ | Prot.WRITE)));
    all.add(List.of(mapping));
    return all;
  }

  /** A mapping, and one thing that happens to it; the last act is to be failed. */
  public List<List<Act>> single() {
    List<List<Act>> all = new ArrayList<>();
    for (List<Act> one : happenings) {
      for (Act.Placing mapping : mappings) {
        all.add(joined(mapping, one, List.of()));
      }
    }
    return all;
  }

  /** A mapping, an event, and the mapping right beside it, which may merge. */
  public List<List<Act>> neighbours() {
    return pairs(events, neighbours);
  }

  /** A mapping, and two things that happen to it, and a look; those with events first. */
  public List<List<Act>> pairs() {
    Set<List<Act>> all = new LinkedHashSet<>(pairsWithEvents());
    all.addAll(pairs(happenings, happenings));
    return List.copyOf(all);
  }

  /** The same, the first or the second of the two being an event. */
  public List<List<Act>> pairsWithEvents() {
    List<List<Act>> all = pairs(events, happenings);
    all.addAll(pairs(happenings, events));
    return all;
  }

  private List<List<Act>> pairs(List<List<Act>> first, List<List<Act>> second) {
    List<List<Act>> all = new ArrayList<>();
    for (Act.Placing mapping : mappings) {
      for (List<Act> one : first) {
        for (List<Act> two : second) {
          if (!isSecondFork(one, two)) {
            all.add(joined(mapping, one, two));
          }
        }
      }
    }
    return all;
  }

  // Numbers of processes are written into the acts.
  private static boolean isSecondFork(List<Act> one, List<Act> two) {
    return one.getFirst() instanceof Act.Fork && two.getFirst() instanceof Act.Fork;
  }

  private static List<Act> joined(Act.Placing mapping, List<Act> one, List<Act> two) {
    List<Act> acts = new ArrayList<>();
    acts.add(mapping);
    acts.addAll(one);
    acts.addAll(two);
    if (!two.isEmpty()) {
      acts.add(new Act.Load(0, mapping.page(), 0));
      acts.add(new Act.Store(0, mapping.page() + mapping.pages() - 1, 1, 4));
    }
    return acts;
  }

  /** The ground. */
  public Ground ground() {
    return ground;
  }
}
