// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.AddressSpace;
import dev.vmarea.base.Profile;
import dev.vmarea.explain.snapshot.SnapshotOrigin;
import dev.vmarea.explain.verdict.BoundaryJudge;
import dev.vmarea.explain.verdict.Verdicts;
import dev.vmarea.space.VmaSnapshot;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.replay.ReplayFollower;
import dev.vmarea.trace.replay.ReplayedMemory;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.vma.AnonVma;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Follows one memory, and those that it is a copy of, to the moment that is to be explained. */
final class HistoryFollower implements ReplayFollower {
  private final MemoryOutline wanted;
  private final Set<Integer> ancestry;
  private final Moment moment;
  private final SnapshotOrigin origin;
  private final Profile profile;
  private final Map<Integer, Followed> living = new HashMap<>();
  private final WriteLedger writes = new WriteLedger();
  private @Nullable CapturedMoment captured;

  /**
   * A follower.
   *
   * @param wanted the memory to explain
   * @param ancestry its number and those of the memories that it descends from
   * @param origin what its snapshot says of its source
   */
  HistoryFollower(
      MemoryOutline wanted,
      Set<Integer> ancestry,
      Moment moment,
      SnapshotOrigin origin,
      Profile profile) {
    this.wanted = wanted;
    this.ancestry = Set.copyOf(ancestry);
    this.moment = moment;
    this.origin = origin;
    this.profile = profile;
  }

  /** The moment, or null if the log never came to it. */
  @Nullable CapturedMoment captured() {
    return captured;
  }

  @Override
  public void began(
      ReplayedMemory memory, Beginning how, @Nullable ReplayedMemory parent, long line) {
    if (!ancestry.contains(memory.number())) {
      return;
    }
    Followed copied = parent == null ? null : living.get(parent.number());
    if (parent == null || copied == null) {
      writes.began(memory.space());
      living.put(memory.number(), new Followed(memory, new BoundaryOrigins()));
    } else {
      writes.forked(parent.space(), memory.space());
      living.put(memory.number(), new Followed(memory, copied.origins.copy()));
    }
    capturePeak(memory, line);
  }

  @Override
  public void called(ReplayedMemory memory, TracedCall call, List<TracedCall> before) {
    Followed followed = living.get(memory.number());
    if (followed == null) {
      return;
    }
    followed.called(memory.space(), call, before);
    capturePeak(memory, call.line());
  }

  @Override
  public void grown(ReplayedMemory memory, long start, long line) {
    Followed followed = living.get(memory.number());
    if (followed != null) {
      followed.changed(memory.space(), null, null);
    }
  }

  @Override
  public void noted(ReplayedMemory memory, EvidenceLine evidence, long line) {
    // Faults change no boundary; what makes a stack grow is told as grown.
  }

  @Override
  public void written(ReplayedMemory memory, AnonVma identity, Write how) {
    if (living.containsKey(memory.number())) {
      writes.written(identity, how);
    }
  }

  @Override
  public void ended(ReplayedMemory memory, long line) {
    Followed followed = living.remove(memory.number());
    if (followed != null && memory.number() == wanted.number() && captured == null) {
      captured = capture(memory.space(), followed, line);
    }
  }

  private void capturePeak(ReplayedMemory memory, long line) {
    Followed followed = living.get(memory.number());
    if (followed != null
        && captured == null
        && moment == Moment.PEAK
        && memory.number() == wanted.number()
        && memory.space().mapCount() >= wanted.peakVmas()) {
      captured = capture(memory.space(), followed, line);
    }
  }

  private CapturedMoment capture(AddressSpace space, Followed followed, long line) {
    ModelAreas areas = ModelAreas.of(space, origin);
    Verdicts verdicts = BoundaryJudge.judge(areas.snapshot(), areas.vmas(), profile, writes::of);
    return CapturedMoment.of(
        line, areas.snapshot(), verdicts, followed.origins, followed.growth.growth());
  }

  /** A memory that is followed. */
  private static final class Followed {
    final BoundaryOrigins origins;
    final GrowthSampler growth;
    private VmaSnapshot last;
    private long brk;

    Followed(ReplayedMemory memory, BoundaryOrigins origins) {
      this.origins = origins;
      AddressSpace space = memory.space();
      growth = new GrowthSampler(space.mapCount());
      last = snapshot(space);
      brk = space.layout().brk;
    }

    void called(AddressSpace space, TracedCall call, List<TracedCall> before) {
      // Where two calls changed the same place the later one has the last word.
      for (TracedCall other : before) {
        changed(space, other);
      }
      changed(space, call);
      last = snapshot(space);
      brk = space.layout().brk;
      growth.call(space.mapCount(), call.time());
    }

    private void changed(AddressSpace space, TracedCall call) {
      origins.changed(last, space.mm().tree(), AddressWindow.of(call, brk), () -> origin(call));
    }

    void changed(
        AddressSpace space,
        @Nullable List<AddressWindow> windows,
        @Nullable Supplier<Origin> call) {
      origins.changed(last, space.mm().tree(), windows, call);
      last = snapshot(space);
    }

    private static Origin origin(TracedCall call) {
      return new Origin(
          new CallSite(call.line(), call.tid(), call.time(), call.text()),
          AddressWindow.length(call.call()));
    }

    private static VmaSnapshot snapshot(AddressSpace space) {
      space.mm().lock().lock();
      try {
        return space.mm().tree().snapshot();
      } finally {
        space.mm().lock().unlock();
      }
    }
  }
}
