// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.tracing.Signals;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The threads and processes that are followed. Only {@link #killAll} may be called from another
 * thread.
 */
final class TracedThreads {
  private final Map<Integer, Tracee> tracees = new HashMap<>();

  /** Threads whose first stop came before the event of the call that made them. */
  private final Set<Integer> strangers = new HashSet<>();

  private final Set<Integer> processes = ConcurrentHashMap.newKeySet();
  private int processCount;

  /** Takes a thread up. */
  void add(final Tracee tracee) {
    tracees.put(tracee.tid, tracee);
    if (tracee.tid == tracee.tgid) {
      processes.add(tracee.tid);
      processCount++;
    }
  }

  @Nullable Tracee get(final int tid) {
    return tracees.get(tid);
  }

  /** All threads known. */
  Collection<Tracee> all() {
    return Collections.unmodifiableCollection(tracees.values());
  }

  /** Whether nobody is left. */
  boolean isEmpty() {
    return tracees.isEmpty() && strangers.isEmpty();
  }

  /** Threads followed now. */
  int size() {
    return tracees.size();
  }

  /** Processes that exist now. */
  int livingProcesses() {
    return processes.size();
  }

  /** Processes followed since the beginning. */
  int processCount() {
    return processCount;
  }

  /** The thread {@code caller} executed a program and took the id of its process. */
  void takeLeadersPlace(final Tracee caller) {
    tracees.remove(caller.tid);
    caller.tid = caller.tgid;
    tracees.put(caller.tid, caller);
  }

  /**
   * Forgets a thread that is gone.
   *
   * @return whether a process is gone with it
   */
  boolean remove(final int tid) {
    tracees.remove(tid);
    strangers.remove(tid);
    return processes.remove(tid);
  }

  /** A thread stopped that nobody has announced. */
  void addStranger(final int tid) {
    strangers.add(tid);
    processes.add(tid);
  }

  /** Whether {@code tid}, just announced, has stopped already and waits to be resumed. */
  boolean claim(final int tid) {
    return strangers.remove(tid);
  }

  /**
   * Strangers that nobody can claim any more: a thread killed inside clone reports no event, though
   * the child may be there. As long as some thread is inside such a call, nobody is taken.
   */
  List<Integer> unclaimed() {
    if (strangers.isEmpty()) {
      return List.of();
    }
    for (final Tracee tracee : tracees.values()) {
      if (tracee.call != null && tracee.call.kind() == CallKind.CLONE) {
        return List.of();
      }
    }
    final List<Integer> unclaimed = List.copyOf(strangers);
    strangers.clear();
    return unclaimed;
  }

  /** Ends all processes. */
  void killAll() {
    processes.forEach(TracedThreads::kill);
  }

  /** Ends one process. */
  static void kill(final int pid) {
    NativeCalls.syscall(SystemCall.KILL, pid, Signals.SIGKILL, 0, 0, 0, 0);
  }
}
