// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is before a mapping is made, where it is made and beside it. Neighbours are parts of
 * the same file that go on where the mapping ends, so that they may merge with it.
 */
public enum Surroundings {
  NOTHING,
  LEFT,
  RIGHT,
  BOTH,
  OVER_WHOLE,
  OVER_MORE,
  OVER_TWO,
  OVER_OWN;

  private static final int ROOM = 8;
  private static final int RW = Prot.READ | Prot.WRITE;

  /** First page of the window at which something is mapped. */
  static long base(Ground ground) {
    return ROOM * ground.unitPages();
  }

  /** Whether there is anything of the kind for a ground and a mapping. */
  public boolean exists(Ground ground, Act.Placing call) {
    return !isBeside() || call instanceof Act.Map map && parts(ground, map) != null;
  }

  /** Whether it is one of the few that are enough in unusual states. */
  public boolean isTelling() {
    return this == NOTHING || this == BOTH || this == OVER_WHOLE;
  }

  private boolean isBeside() {
    return this == LEFT || this == RIGHT || this == BOTH;
  }

  /** A mapping in three parts; the middle one is made, the others are there. */
  private record Parts(Act.Map left, Act.Map middle, Act.Map right) {}

  private static @Nullable Parts parts(Ground ground, Act.Map call) {
    long unit = Pages.bytes(ground.unitPages());
    if (!ground.isDivisible() || call.bytes() < 3 * unit) {
      return null;
    }
    long middle = call.bytes() - 2 * unit;
    long page = base(ground);
    Act.Map left = call.part(unit, call.offset()).at(page - ground.unitPages());
    Act.Map right =
        call.part(unit, call.offset() + unit + middle).at(page + Pages.count(Pages.ceil(middle)));
    return new Parts(left, call.part(middle, call.offset() + unit).at(page), right);
  }

  /**
   * The acts that make it, and the mapping as the last one.
   *
   * @param call a mapping of the ground, at whatever page
   */
  public List<Act> with(Ground ground, Act.Placing call) {
    long unit = ground.unitPages();
    Act.Placing placed = call.at(base(ground));
    int process = call.process();
    long page = placed.page();
    long pages = Math.max(1, Math.min(placed.pages(), ROOM * unit));
    List<Act> acts = new ArrayList<>();
    if (isBeside() && call instanceof Act.Map map) {
      Parts parts = parts(ground, map);
      if (parts == null) {
        throw new IllegalArgumentException(this + " for " + call);
      }
      if (this != RIGHT) {
        acts.add(parts.left());
      }
      if (this != LEFT) {
        acts.add(parts.right());
      }
      acts.add(parts.middle());
      return acts;
    }
    switch (this) {
      case OVER_WHOLE -> {
        acts.add(anonymous(process, page, pages, RW));
        acts.add(new Act.Store(process, page, 0, 1));
      }
      case OVER_MORE -> {
        acts.add(anonymous(process, page - unit, pages + 2 * unit, RW));
        acts.add(new Act.Store(process, page, 0, 1));
      }
      case OVER_TWO -> {
        long first = Math.max(1, pages / 2);
        acts.add(anonymous(process, page, first, RW));
        acts.add(anonymous(process, page + first, pages, Prot.READ));
      }
      case OVER_OWN -> acts.add(placed);
      default -> {}
    }
    acts.add(placed);
    return acts;
  }

  static Act.Map anonymous(int process, long page, long pages, int prot) {
    return new Act.Map(
        process,
        Act.ANONYMOUS,
        page,
        Pages.bytes(pages),
        prot,
        MapFlags.PRIVATE | MapFlags.ANONYMOUS,
        0);
  }
}
