// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.workbench.explore;

import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.base.Prot;
import dev.vmarea.drivers.ground.Act;
import dev.vmarea.drivers.ground.Ground;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * All kinds of calls that map something of a ground: lengths and offsets about its limits,
 * protections, types and flags, what is there already; and a look at what came of it.
 */
public final class CallSpace {
  private static final int SHM_RDONLY = 010000;
  private static final int SHM_EXEC = 0100000;
  private static final int SHM_REMAP = 040000;
  private static final List<Integer> ATTACH_FLAGS =
      List.of(0, SHM_RDONLY, SHM_EXEC, SHM_REMAP, SHM_RDONLY | SHM_EXEC);
  private static final List<Integer> PROTECTIONS =
      List.of(
          Prot.READ | Prot.WRITE,
          Prot.READ,
          Prot.NONE,
          Prot.READ | Prot.EXEC,
          Prot.READ | Prot.WRITE | Prot.EXEC,
          Prot.WRITE);
  private static final List<Integer> FLAGS =
      List.of(
          MapFlags.SHARED,
          MapFlags.PRIVATE,
          MapFlags.SHARED_VALIDATE,
          MapFlags.PRIVATE | MapFlags.NORESERVE,
          MapFlags.SHARED | MapFlags.NORESERVE,
          MapFlags.SHARED | MapFlags.LOCKED,
          MapFlags.PRIVATE | MapFlags.POPULATE);

  private final Ground ground;
  private final List<Long> lengths;
  private final List<Long> offsets;
  private final Pairwise combinations;

  /** The calls on a ground. */
  public CallSpace(Ground ground) {
    this.ground = ground;
    if (ground.mapping() instanceof Act.Map map) {
      long unit = Pages.bytes(ground.unitPages());
      lengths = about(map.bytes(), unit, ground.lengths(), 1);
      offsets = about(map.offset(), unit, ground.offsets(), 0);
      combinations =
          new Pairwise(
              Surroundings.values().length,
              FLAGS.size(),
              PROTECTIONS.size(),
              lengths.size(),
              offsets.size());
    } else {
      lengths = List.of();
      offsets = List.of();
      combinations = new Pairwise(Surroundings.values().length, ATTACH_FLAGS.size());
    }
  }

  /** A good value, those about it and others, none below the least. */
  private static List<Long> about(long good, long unit, List<Long> others, long least) {
    Set<Long> values = new LinkedHashSet<>();
    values.add(good);
    for (long value : new long[] {good - unit, good + unit, good - 1, unit, 2 * unit}) {
      if (value >= least) {
        values.add(value);
      }
    }
    values.addAll(others);
    return List.copyOf(values);
  }

  /** Combinations that have each pair of values. */
  public List<List<Act>> pairs() {
    return combinations.pairs().stream().map(this::acts).toList();
  }

  /** Any combination. */
  public List<Act> random(SplittableRandom random) {
    return acts(combinations.random(random));
  }

  /** How many there are. */
  public long size() {
    return combinations.all();
  }

  private List<Act> acts(int[] chosen) {
    Act.Placing call =
        switch (ground.mapping()) {
          case Act.Map map ->
              map.part(lengths.get(chosen[3]), offsets.get(chosen[4]))
                  .flags(FLAGS.get(chosen[1]))
                  .prot(PROTECTIONS.get(chosen[2]));
          case Act.Attach attach ->
              new Act.Attach(
                  attach.process(),
                  attach.segment(),
                  attach.page(),
                  attach.bytes(),
                  ATTACH_FLAGS.get(chosen[1]));
        };
    Surroundings around = Surroundings.values()[chosen[0]];
    List<Act> acts =
        new ArrayList<>(
            (around.exists(ground, call) ? around : Surroundings.NOTHING).with(ground, call));
    acts.addAll(look((Act.Placing) acts.getLast()));
    return acts;
  }

  /** What shows how a mapping is: what it holds, and whether it may be written. */
  private static List<Act> look(Act.Placing call) {
    int process = call.process();
    long page = call.page();
    long last = page + Math.max(1, call.pages()) - 1;
    return List.of(
        new Act.Load(process, page, 0),
        new Act.Load(process, last, 4095),
        new Act.Store(process, last, 1, 7),
        new Act.Protect(process, page, 1, Prot.READ | Prot.WRITE),
        new Act.Store(process, page, 2, 9),
        new Act.Unmap(process, page, 1));
  }
}
