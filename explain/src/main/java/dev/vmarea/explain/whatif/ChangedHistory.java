// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.whatif;

import dev.vmarea.base.ErrnoException;
import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.explain.history.HistoryLog;
import dev.vmarea.explain.history.Moment;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.replay.ReplayFollower;
import dev.vmarea.trace.replay.ReplayedMemory;
import dev.vmarea.trace.replay.Replica;
import dev.vmarea.trace.replay.TracedCall;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Follows a replay and lives another history beside it, up to the moment that is asked for. */
final class ChangedHistory implements ReplayFollower {
  private final HistoryLog log;
  private final Set<Integer> ancestry;
  private final String name;
  private final HistoryChange change;
  private final KernelConfig config;
  private final Profile profile;
  private final ChangedMemory.Tally tally = new ChangedMemory.Tally();
  private final Map<Integer, Living> living = new HashMap<>();
  private @Nullable WhatIf result;

  /**
   * A changed history.
   *
   * @param name of the what-if
   * @param config the configuration of its kernel
   */
  ChangedHistory(HistoryLog log, String name, HistoryChange change, KernelConfig config) {
    this.log = log;
    this.name = name;
    this.change = change;
    this.config = config;
    ancestry = log.ancestry();
    profile = log.settings().profile();
  }

  /** What it gave, or null if the log never came to the moment. */
  @Nullable WhatIf result() {
    return result;
  }

  @Override
  public void began(
      ReplayedMemory memory, Beginning how, @Nullable ReplayedMemory parent, long line) {
    if (result != null || !ancestry.contains(memory.number())) {
      return;
    }
    Living copied = parent == null ? null : living.get(parent.number());
    if (copied == null) {
      Replica replica = Replica.of(memory, config, profile);
      living.put(
          memory.number(), new Living(new ChangedMemory(replica, memory, tally), change.forked()));
    } else {
      living.put(memory.number(), forked(copied, memory));
    }
    capturePeak(memory, line);
  }

  private Living forked(Living parent, ReplayedMemory child) {
    parent.change.settle(parent.memory);
    try {
      Replica replica = parent.memory.replica().fork(child);
      return new Living(new ChangedMemory(replica, child, tally), parent.change.forked());
    } catch (ErrnoException e) {
      throw new IllegalStateException("nothing limits the copy of a replica: " + e.errno(), e);
    }
  }

  @Override
  public void called(ReplayedMemory memory, TracedCall call, List<TracedCall> before) {
    Living one = living.get(memory.number());
    if (one == null) {
      return;
    }
    for (TracedCall other : before) {
      one.change.call(one.memory, other);
    }
    if (!call.isTold()) {
      one.change.call(one.memory, call);
    }
    capturePeak(memory, call.line());
  }

  @Override
  public void noted(ReplayedMemory memory, EvidenceLine evidence, long line) {
    Living one = living.get(memory.number());
    if (one != null) {
      one.change.note(one.memory, evidence);
    }
  }

  @Override
  public void grown(ReplayedMemory memory, long start, long line) {
    Living one = living.get(memory.number());
    if (one != null) {
      one.memory.replica().grow(start);
    }
  }

  @Override
  public void ended(ReplayedMemory memory, long line) {
    Living one = living.remove(memory.number());
    if (one == null) {
      return;
    }
    if (memory.number() == log.wanted().number() && result == null) {
      capture(memory, one, line);
    }
    one.memory.replica().end();
  }

  private void capturePeak(ReplayedMemory memory, long line) {
    Living one = living.get(memory.number());
    if (one != null
        && result == null
        && log.moment() == Moment.PEAK
        && memory.number() == log.wanted().number()
        && memory.space().mapCount() >= log.wanted().peakVmas()) {
      capture(memory, one, line);
    }
  }

  private void capture(ReplayedMemory memory, Living one, long line) {
    one.change.settle(one.memory);
    StringBuilder notes =
        new StringBuilder(log.moment() == Moment.PEAK ? "At the peak, line " : "At the end, line ");
    notes.append(line).append(", of process ").append(memory.pid()).append('.');
    String remark = one.change.remark();
    if (!remark.isEmpty()) {
      notes.append(' ').append(remark);
    }
    if (tally.changed == 0 && !one.change.tellsRefusals()) {
      notes.append(" The log has no call that it would change.");
    }
    if (tally.refused > 0 && !one.change.tellsRefusals()) {
      notes
          .append(' ')
          .append(tally.refused)
          .append(" calls that succeed in the log are refused with the change.");
    }
    result =
        new WhatIf(
            name,
            one.change.what(),
            memory.space().mapCount(),
            one.memory.replica().space().mapCount(),
            true,
            notes.toString());
  }

  /** A memory that has not ended, and the state of its changed history. */
  private record Living(ChangedMemory memory, HistoryChange change) {}
}
