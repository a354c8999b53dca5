// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The living threads of the log and their processes.
 *
 * <p>A new thread's lines may stand before the line on which its creator's clone returns; then the
 * oldest clone that has not returned is taken to be the one that made it.
 */
final class ProcessTable {
  private final Map<Integer, TracedThread> threads = new LinkedHashMap<>();

  // Children whose lines came first, by the thread whose clone is taken to have made them.
  private final Map<TracedThread, TracedThread> early = new HashMap<>();

  @Nullable TracedThread get(int tid) {
    return threads.get(tid);
  }

  int size() {
    return threads.size();
  }

  void add(TracedThread thread) {
    threads.put(thread.tid, thread);
    thread.process.threads.add(thread);
  }

  /** Removes a thread; its descriptors are its caller's business. */
  void remove(TracedThread thread) {
    threads.remove(thread.tid, thread);
    early.remove(thread);
    thread.process.threads.remove(thread);
  }

  /** A thread whose clone began and has neither returned nor been matched with a child, or null. */
  @Nullable TracedThread unmatchedCreator() {
    for (TracedThread thread : threads.values()) {
      if (thread.cloning != null && !early.containsKey(thread)) {
        return thread;
      }
    }
    return null;
  }

  /** Notes that {@code child} is taken to be what the pending clone of {@code creator} makes. */
  void matched(TracedThread creator, TracedThread child) {
    early.put(creator, child);
  }

  /**
   * The clone of {@code creator} returned {@code childTid}. A child that was taken to be another
   * clone's is exchanged for the one that was assumed here.
   *
   * @return whether the child had been assumed to be made by a clone under way
   */
  boolean confirmed(TracedThread creator, int childTid) {
    TracedThread assumed = early.remove(creator);
    if (assumed != null && assumed.tid == childTid) {
      return true;
    }
    TracedThread other = null;
    for (Map.Entry<TracedThread, TracedThread> entry : early.entrySet()) {
      if (entry.getValue().tid == childTid) {
        other = entry.getKey();
      }
    }
    if (other == null) {
      return false;
    }
    early.remove(other);
    if (assumed != null) {
      early.put(other, assumed);
    }
    return true;
  }

  /** Every living thread. */
  List<TracedThread> all() {
    return new ArrayList<>(threads.values());
  }
}
