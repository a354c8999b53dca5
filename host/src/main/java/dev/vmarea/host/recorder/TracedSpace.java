// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** An address space of the traced program: who uses it, and whose memory call is under way. */
final class TracedSpace {
  /** Threads that use it and have not reached their exit stop. */
  int threads;

  /** Whether it belongs to a program, not to the stub that starts it. */
  final boolean recorded;

  /** The thread whose memory call is admitted. */
  @Nullable Tracee busy;

  /** When that call was admitted, by {@link System#nanoTime()}. */
  long busySince;

  /** Threads stopped at the entry of a memory call, in the order in which they came. */
  final Deque<Tracee> waiting = new ArrayDeque<>();

  TracedSpace(final int threads, final boolean recorded) {
    this.threads = threads;
    this.recorded = recorded;
  }
}
