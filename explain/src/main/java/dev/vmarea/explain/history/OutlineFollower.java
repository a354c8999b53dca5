// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.trace.replay.ReplayFollower;
import dev.vmarea.trace.replay.ReplayedMemory;
import dev.vmarea.trace.replay.TracedCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Notes which memories a log has, so that one of them can be chosen. */
final class OutlineFollower implements ReplayFollower {
  private final Map<Integer, Draft> living = new HashMap<>();
  private final List<MemoryOutline> ended = new ArrayList<>();

  @Override
  public void began(
      ReplayedMemory memory, Beginning how, @Nullable ReplayedMemory parent, long line) {
    Draft draft = new Draft(parent == null ? -1 : parent.number());
    draft.peak = memory.space().mapCount();
    living.put(memory.number(), draft);
  }

  @Override
  public void called(ReplayedMemory memory, TracedCall call, List<TracedCall> before) {
    Draft draft = living.get(memory.number());
    if (draft != null) {
      draft.calls++;
      draft.peak = Math.max(draft.peak, memory.space().mapCount());
    }
  }

  @Override
  public void ended(ReplayedMemory memory, long line) {
    Draft draft = living.remove(memory.number());
    if (draft != null) {
      ended.add(
          new MemoryOutline(
              memory.number(),
              draft.parent,
              memory.pid(),
              memory.command(),
              draft.calls,
              draft.peak,
              memory.space().mapCount(),
              line));
    }
  }

  /** All memories, in the order in which they ended. */
  List<MemoryOutline> memories() {
    return ended;
  }

  /** A memory that has not ended. */
  private static final class Draft {
    final int parent;
    long calls;
    int peak;

    Draft(int parent) {
      this.parent = parent;
    }
  }
}
