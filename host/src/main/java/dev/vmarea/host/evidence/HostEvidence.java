// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.system.HostPages;
import dev.vmarea.host.system.HugePagePolicy;
import dev.vmarea.host.system.ProcessLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Evidence from the running kernel. The tracer's thread asks; a second thread only empties the ring
 * buffers when they fill while the tracer sleeps. One lock guards everything.
 */
final class HostEvidence implements FaultEvidence {
  private static final long MADV_HUGEPAGE = 14;

  /** Waiting faults of one address space that are looked at although no call asks. */
  private static final int QUEUE_LIMIT = 1 << 16;

  /** Processes never announced whose faults are kept: a child may fault before its fork is told. */
  private static final int MOST_UNKNOWN = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final long pageSize = HostPages.size();
  private final HugePages huge = new HugePages(HugePagePolicy.read());
  private final Sources sources;
  private final SpaceViews views;
  private final Map<Integer, AddressSpaceEvidence> spaces = new HashMap<>();
  private final Map<Integer, FaultQueue> unknown = new HashMap<>();

  /** Lines found while no call was there to take them. */
  private final Map<AddressSpaceEvidence, StringBuilder> early = new HashMap<>();

  private FaultSource source = FaultSource.NONE;
  private PresenceKind presenceKind;
  private @Nullable PerfFaults faults;
  private @Nullable FaultDrainer drainer;
  private long lost;
  private long lostTold;
  private boolean closed;

  private HostEvidence(final Sources sources) {
    this.sources = sources;
    this.views = new SpaceViews(sources, huge, pageSize);
    this.presenceKind = sources.presence();
  }

  static HostEvidence open(final Sources sources) {
    return new HostEvidence(sources);
  }

  @Override
  public String faultSource() {
    return source.kind().text();
  }

  @Override
  public String presenceSource() {
    return presenceKind.text();
  }

  @Override
  public String limitation() {
    return source.limitation();
  }

  @Override
  public void attach(final int tgid) {
    lock.lock();
    try {
      source =
          FaultSource.open(
              sources.faults(), tgid, pageSize, huge.possible() || sources.everyFault());
      faults = source.faults();
      final AddressSpaceEvidence space = space(tgid);
      presenceKind = space.presenceKind();
      spaces.put(tgid, space);
      if (faults != null) {
        drainer = new FaultDrainer(faults, this::whenFilling);
      }
    } finally {
      lock.unlock();
    }
  }

  private AddressSpaceEvidence space(final int tgid) {
    return new AddressSpaceEvidence(tgid, views.open(tgid, faults != null), sources.everyFault());
  }

  @Override
  public void beforeCall(
      final int tgid, final SystemCall call, final long[] arguments, final EvidenceSink sink) {
    lock.lock();
    try {
      final AddressSpaceEvidence space = spaces.get(tgid);
      if (space == null) {
        return;
      }
      tellFaults(tgid, space, sink);
      CallScope scope = CallScope.before(call, arguments, pageSize);
      if (call == SystemCall.BRK) {
        scope = breakScope(space, arguments[0]);
      }
      space.tellPresence(scope, sink);
      if (call == SystemCall.MADVISE && arguments[2] == MADV_HUGEPAGE) {
        huge.advised();
      }
    } finally {
      lock.unlock();
    }
  }

  private CallScope breakScope(final AddressSpaceEvidence space, final long wanted) {
    final long old = space.programBreak();
    return wanted == 0 || old == 0
        ? CallScope.range(0, 0, pageSize, false)
        : CallScope.range(Math.min(old, wanted), Math.abs(wanted - old), pageSize, wanted < old);
  }

  private void tellFaults(
      final int tgid, final AddressSpaceEvidence space, final EvidenceSink sink) {
    drain();
    tellLost(tgid, sink);
    final StringBuilder lines = early.remove(space);
    if (lines != null) {
      lines.toString().lines().forEach(sink::comment);
    }
    space.tellFaults(sink);
  }

  private void tellLost(final int tgid, final EvidenceSink sink) {
    if (lostFaults() > lostTold) {
      sink.comment(EvidenceLines.lost(tgid, lost - lostTold));
      lostTold = lost;
      spaces.values().forEach(AddressSpaceEvidence::faultsWereLost);
    }
  }

  @Override
  public void afterCall(
      final int tgid,
      final SystemCall call,
      final long[] arguments,
      final long result,
      final EvidenceSink sink) {
    lock.lock();
    try {
      final AddressSpaceEvidence space = spaces.get(tgid);
      if (space != null) {
        CallEffects.take(space, call, arguments, result, pageSize, sink);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void forked(
      final int parent, final int child, final boolean sharesMemory, final EvidenceSink sink) {
    lock.lock();
    try {
      final AddressSpaceEvidence space = spaces.get(parent);
      if (space == null) {
        return;
      }
      AddressSpaceEvidence childSpace = space;
      if (sharesMemory) {
        space.share(child);
      } else {
        tellFaults(parent, space, sink);
        space.tellPresence(new CallScope(0, 0, 0, 0, true, false), sink);
        childSpace = space.forked(child, views.open(child, faults != null));
      }
      final AddressSpaceEvidence stale = spaces.put(child, childSpace);
      if (stale != null) {
        release(stale, child);
      }
      final FaultQueue waiting = unknown.remove(child);
      if (waiting != null) {
        childSpace.queue().addAll(waiting);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void executed(final int tgid) {
    lock.lock();
    try {
      drain();
      final AddressSpaceEvidence old = spaces.get(tgid);
      if (old == null) {
        return;
      }
      final AddressSpaceEvidence space = space(tgid);
      final ProcessLayout layout = ProcessLayout.read(tgid);
      if (layout != null) {
        space.watchStack(layout.startStack());
        space.programBreak(layout.programBreak());
      }
      spaces.put(tgid, space);
      release(old, tgid);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void exiting(final int tgid, final EvidenceSink sink) {
    lock.lock();
    try {
      final AddressSpaceEvidence space = spaces.get(tgid);
      if (space != null) {
        tellFaults(tgid, space, sink);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void exited(final int tgid) {
    lock.lock();
    try {
      final AddressSpaceEvidence space = spaces.remove(tgid);
      if (space != null) {
        release(space, tgid);
      }
      unknown.remove(tgid);
    } finally {
      lock.unlock();
    }
  }

  private void release(final AddressSpaceEvidence space, final int user) {
    if (space.release(user)) {
      early.remove(space);
      space.close();
    }
  }

  @Override
  public long lostFaults() {
    lock.lock();
    try {
      if (faults != null) {
        lost = faults.lost();
      }
      return lost;
    } finally {
      lock.unlock();
    }
  }

  private void drain() {
    if (faults != null) {
      faults.drain(this::queue);
    }
  }

  private void queue(final int tgid, final long time, final long address, final int kind) {
    if (kind == FaultQueue.READ && !huge.active() && !sources.everyFault()) {
      return;
    }
    final AddressSpaceEvidence space = spaces.get(tgid);
    if (space != null) {
      space.queue().add(time, address, kind);
    } else if (unknown.containsKey(tgid) || unknown.size() < MOST_UNKNOWN) {
      unknown.computeIfAbsent(tgid, key -> new FaultQueue()).add(time, address, kind);
    }
  }

  private void whenFilling() {
    lock.lock();
    try {
      drain();
      lookEarly();
    } finally {
      lock.unlock();
    }
  }

  /** Bounds the memory of waiting faults: only the first write of a VMA is worth keeping. */
  private void lookEarly() {
    for (final AddressSpaceEvidence space : spaces.values()) {
      if (space.queue().size() > QUEUE_LIMIT) {
        final StringBuilder lines = early.computeIfAbsent(space, key -> new StringBuilder());
        space.tellFaults(line -> lines.append(line).append('\n'));
      }
    }
    unknown.values().removeIf(waiting -> waiting.size() > QUEUE_LIMIT);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (drainer != null) {
      drainer.close(); // before the lock, which its work takes
    }
    lock.lock();
    try {
      spaces.values().stream().distinct().forEach(AddressSpaceEvidence::close);
      spaces.clear();
      if (faults != null) {
        faults.close();
        faults = null;
      }
      views.close();
    } finally {
      lock.unlock();
    }
  }
}
