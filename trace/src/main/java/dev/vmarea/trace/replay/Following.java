// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.strace.StraceRecord;
import dev.vmarea.vma.AnonVma;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a follower what happens; without one it does nothing. */
final class Following {
  private final @Nullable ReplayFollower follower;
  private final LogClock clock = new LogClock();
  private long line;
  private int memories;

  Following(@Nullable ReplayFollower follower) {
    this.follower = follower;
  }

  boolean isOn() {
    return follower != null;
  }

  /** The replay has come to this line. */
  void line(StraceRecord record) {
    if (follower != null) {
      line = record.lineNumber();
      clock.line(record.timestamp());
    }
  }

  void began(
      TracedMemory memory,
      TracedProcess process,
      ReplayFollower.Beginning how,
      @Nullable TracedMemory parent) {
    if (follower != null && memory.isKnown()) {
      memory.begin(memories++, process.pid, process.command);
      follower.began(memory, how, parent, line);
    }
  }

  void ended(TracedMemory memory) {
    if (follower != null && memory.isKnown()) {
      follower.ended(memory, line);
    }
  }

  /** A call has begun that may take effect before it returns; null if nobody follows. */
  @Nullable TracedCall begun(StraceRecord record, MemoryCall call) {
    if (follower == null) {
      return null;
    }
    String text = CallText.of(record);
    return new TracedCall(line, record.pid(), clock.now(), call, 0, false, () -> text);
  }

  /**
   * A call has returned.
   *
   * @param waiting those under way when it did
   * @param told whether it took effect before
   */
  void called(
      TracedMemory memory,
      StraceRecord record,
      MemoryCall call,
      long result,
      List<PendingCall> waiting,
      boolean told) {
    if (follower == null) {
      return;
    }
    List<TracedCall> before = new ArrayList<>(waiting.size());
    for (PendingCall other : waiting) {
      if (other.executed && other.traced != null) {
        before.add(other.traced.returned(other.result));
      }
    }
    follower.called(
        memory,
        new TracedCall(
            line, record.pid(), clock.now(), call, result, told, () -> CallText.of(record)),
        before);
  }

  void noted(TracedMemory memory, EvidenceLine evidence) {
    if (follower != null) {
      follower.noted(memory, evidence, line);
    }
  }

  void grown(TracedMemory memory, long start) {
    if (follower != null) {
      follower.grown(memory, start, line);
    }
  }

  void written(TracedMemory memory, @Nullable AnonVma identity, ReplayFollower.Write how) {
    if (follower != null && identity != null) {
      follower.written(memory, identity, how);
    }
  }
}
