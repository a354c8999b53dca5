// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.Errno;
import dev.vmarea.trace.replay.MemoryCall;
import dev.vmarea.trace.replay.ReplayedMemory;
import dev.vmarea.trace.replay.Replica;
import dev.vmarea.trace.replay.TracedCall;
import dev.vmarea.trace.strace.SyscallName;

/** A memory and its copy with another history, and how the calls on that copy went. */
final class ChangedMemory {
  private final Replica replica;
  private final ReplayedMemory real;
  private final Tally tally;

  ChangedMemory(Replica replica, ReplayedMemory real, Tally tally) {
    this.replica = replica;
    this.real = real;
    this.tally = tally;
  }

  /** The copy. */
  Replica replica() {
    return replica;
  }

  /** How it went, counted for a memory and those that it descends from together. */
  Tally tally() {
    return tally;
  }

  /**
   * Makes a call as the log has it. What the kernel refused to hand out is not made: where it would
   * have been nobody knows.
   */
  long asLogged(TracedCall call) {
    if (call.failed() && call.call().returnsAddress()) {
      return call.result();
    }
    long result = replica.make(real, call);
    if (result == Replica.NOT_MODELLED || call.failed()) {
      return call.result();
    }
    boolean refused =
        call.call().call() == SyscallName.BRK ? result != call.result() : Errno.isError(result);
    if (refused) {
      tally.refused++;
    }
    return result;
  }

  /** Makes a call that the log has not. Whether it succeeded. */
  boolean make(MemoryCall call) {
    boolean made = !Errno.isError(replica.make(call));
    if (made) {
      tally.changed++;
    }
    return made;
  }

  /** The same, and one that is refused makes the result less sure. */
  void insist(MemoryCall call) {
    if (!make(call)) {
      tally.refused++;
    }
  }

  /** A call of the log was left out. */
  void omitted() {
    tally.changed++;
  }

  /** Counts of one changed history. */
  static final class Tally {
    /** Calls made that the log has not, or left out. */
    long changed;

    /** Calls of the log that are refused in the changed history. */
    long refused;
  }
}
