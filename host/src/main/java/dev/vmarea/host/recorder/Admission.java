// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * Admits one memory call per address space at a time, so that the order of lines is the kernel's
 * order of effects. Threads that come while one is inside wait at their entry stop.
 */
final class Admission {
  /**
   * A call that runs for so long may wait for one that we hold back: then the next one goes too.
   */
  private static final long PATIENCE_NANOS = 1_000_000_000L;

  private final Gate gate;
  private int waiting;

  /** Lets a thread go on into its call. */
  @FunctionalInterface
  interface Gate {
    /** The call is the only memory call of its address space now. */
    void admitted(Tracee tracee, CapturedCall call) throws IOException;
  }

  Admission(final Gate gate) {
    this.gate = gate;
  }

  /** Whether the call reads or changes the layout of the caller's own address space as a whole. */
  static boolean needed(final CapturedCall call) {
    return call.kind() == CallKind.MEMORY
        || (call.kind() == CallKind.CLONE && (CloneFlags.of(call) & CloneFlags.VM) == 0);
  }

  /** Whether threads wait. */
  boolean contended() {
    return waiting > 0;
  }

  /** A thread stands at the entry of a call that needs admission: it goes now or later. */
  void request(final Tracee tracee, final CapturedCall call) throws IOException {
    if (tracee.space.busy == null) {
      admit(tracee, call);
    } else {
      tracee.space.waiting.add(tracee);
      waiting++;
    }
  }

  /** The thread's call is done. No effect for a thread that was not admitted. */
  void release(final Tracee tracee) throws IOException {
    if (tracee.space.busy == tracee) {
      tracee.space.busy = null;
      next(tracee.space);
    }
  }

  /** The thread leaves its address space, whether it was waiting, inside or neither. */
  void withdraw(final Tracee tracee) throws IOException {
    if (tracee.space.waiting.remove(tracee)) {
      waiting--;
    }
    release(tracee);
  }

  /**
   * Admits the next one where a call has not returned for long.
   *
   * @return whether calls overlap because of it
   */
  boolean relent(final Collection<Tracee> tracees) throws IOException {
    boolean overlap = false;
    final long now = System.nanoTime();
    for (final Tracee tracee : List.copyOf(tracees)) {
      final TracedSpace space = tracee.space;
      if (space.busy != null
          && !space.waiting.isEmpty()
          && now - space.busySince > PATIENCE_NANOS) {
        overlap = true;
        space.busy = null;
        next(space);
      }
    }
    return overlap;
  }

  private void next(final TracedSpace space) throws IOException {
    final Tracee next = space.waiting.poll();
    if (next == null) {
      return;
    }
    waiting--;
    if (next.call != null) {
      admit(next, next.call);
    }
  }

  private void admit(final Tracee tracee, final CapturedCall call) throws IOException {
    tracee.space.busy = tracee;
    tracee.space.busySince = System.nanoTime();
    gate.admitted(tracee, call);
  }
}
