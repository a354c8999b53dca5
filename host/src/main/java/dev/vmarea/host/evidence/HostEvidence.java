// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.vmarea.host.nativecalls.Architecture;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.system.HostPages;
import dev.vmarea.host.system.HugePagePolicy;
import dev.vmarea.host.system.ProcessLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
  private final Arena arena = Arena.ofShared();
  private final MemorySegment querySpace = arena.allocate(ProcmapQuery.SCRATCH_BYTES, 8);
  private final MemorySegment scanSpace = arena.allocate(PagemapScan.SCRATCH_BYTES, 8);
  private final long pageSize = HostPages.size();
  private final HugePages huge = new HugePages(HugePagePolicy.read());
  private final Sources sources;
  private final Map<Integer, AddressSpaceEvidence> spaces = new HashMap<>();
  private final Map<Integer, FaultQueue> unknown = new HashMap<>();

  /** Lines found while no call was there to take them. */
  private final Map<AddressSpaceEvidence, StringBuilder> early = new HashMap<>();

  private FaultKind faultKind = FaultKind.NONE;
  private PresenceKind presenceKind;
  private String limitation = "";
  private @Nullable PerfFaults faults;
  private @Nullable Thread drainer;
  private int wake = -1;
  private long lostTold;
  private volatile boolean closed;

  private HostEvidence(final Sources sources) {
    this.sources = sources;
    this.presenceKind = sources.presence();
  }

  static HostEvidence open(final Sources sources) {
    return new HostEvidence(sources);
  }

  @Override
  public String faultSource() {
    return faultKind.text();
  }

  @Override
  public String presenceSource() {
    return presenceKind.text();
  }

  @Override
  public String limitation() {
    return limitation;
  }

  @Override
  public void attach(final int tgid) {
    lock.lock();
    try {
      if (sources.faults() == FaultKind.TRACEPOINT) {
        faults = PerfFaults.tracepoints(tgid, pageSize, huge.possible());
        faultKind = FaultKind.TRACEPOINT;
      }
      if (faults == null && sources.faults() != FaultKind.NONE) {
        faults = PerfFaults.software(tgid, pageSize);
        faultKind = FaultKind.PERF;
      }
      if (faults == null) {
        faultKind = FaultKind.NONE;
        limitation =
            "page faults are not permitted to be observed (perf_event_paranoid, CAP_PERFMON)";
      } else if (faultKind == FaultKind.PERF) {
        limitation =
            "the page-fault tracepoints are not to be had (tracefs, CAP_PERFMON): reads and writes"
                + " are told apart by presence";
        if (!faults.kernelAccesses()) {
          limitation += "; faults of the kernel's own accesses are not seen";
        }
      }
      final AnonymousPages pages = pages(tgid);
      presenceKind = pages.kind();
      pages.close();
      spaces.put(tgid, space(tgid));
      if (faults != null) {
        startDrainer(faults);
      }
    } finally {
      lock.unlock();
    }
  }

  private AddressSpaceEvidence space(final int tgid) {
    return new AddressSpaceEvidence(
        tgid, lookup(tgid), pages(tgid), huge, pageSize, faultKind != FaultKind.NONE);
  }

  private VmaLookup lookup(final int tgid) {
    final VmaLookup query = sources.procmapQuery() ? ProcmapQuery.open(tgid, querySpace) : null;
    return query != null ? query : new MapsTextLookup(tgid);
  }

  /** The best presence that this process permits; another process may permit more. */
  private AnonymousPages pages(final int tgid) {
    AnonymousPages pages = null;
    if (sources.presence() == PresenceKind.PAGEMAP_SCAN) {
      pages = PagemapScan.open(tgid, scanSpace, huge);
    }
    if (pages == null && sources.presence().compareTo(PresenceKind.PAGEMAP) <= 0) {
      pages = PagemapEntries.open(tgid, pageSize, huge);
    }
    if (pages == null) {
      pages = sources.presence() == PresenceKind.NONE ? new NoPages() : new SmapsAnonymous(tgid);
    }
    return pages;
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
    final long lost = lostFaults();
    if (lost > lostTold) {
      sink.comment("# vmarea lost " + tgid + " faults=" + (lost - lostTold));
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
        childSpace = space.forked(child, lookup(child), pages(child));
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
    final PerfFaults source = faults;
    return source == null ? 0 : source.lost();
  }

  private void drain() {
    if (faults != null) {
      faults.drain(this::queue);
    }
  }

  private void queue(final int tgid, final long time, final long address, final int kind) {
    if (kind == FaultQueue.READ && !huge.active()) {
      return;
    }
    final AddressSpaceEvidence space = spaces.get(tgid);
    if (space != null) {
      space.queue().add(time, address, kind);
    } else if (unknown.containsKey(tgid) || unknown.size() < MOST_UNKNOWN) {
      unknown.computeIfAbsent(tgid, key -> new FaultQueue()).add(time, address, kind);
    }
  }

  private void startDrainer(final PerfFaults source) {
    wake = (int) NativeCalls.syscall(SystemCall.EVENTFD2, 0, 0x80000, 0, 0, 0, 0);
    final Thread thread = new Thread(() -> drainWhileFilling(source), "vmarea-faults");
    thread.setDaemon(true);
    thread.start();
    drainer = thread;
  }

  private void drainWhileFilling(final PerfFaults source) {
    final long ppoll = Architecture.host().orElseThrow() == Architecture.X86_64 ? 271 : 73;
    final MemorySegment rings = source.pollDescriptors();
    try (Arena memory = Arena.ofConfined()) {
      final MemorySegment descriptors = memory.allocate(rings.byteSize() + 8, 8);
      MemorySegment.copy(rings, 0, descriptors, 0, rings.byteSize());
      descriptors.set(JAVA_INT, rings.byteSize(), wake);
      descriptors.set(JAVA_SHORT, rings.byteSize() + 4, (short) 1);
      while (!closed) {
        final long ready =
            NativeCalls.syscall(
                ppoll, descriptors.address(), descriptors.byteSize() / 8, 0, 0, 0, 0);
        if (ready < 0 || closed) {
          if (ready == -4) {
            continue;
          }
          return;
        }
        lock.lock();
        try {
          if (!closed) {
            drain();
            lookEarly();
          }
        } finally {
          lock.unlock();
        }
      }
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
    try (Arena memory = Arena.ofConfined()) {
      final MemorySegment one = memory.allocate(JAVA_LONG);
      one.set(JAVA_LONG, 0, 1);
      if (wake >= 0) {
        NativeCalls.syscall(SystemCall.WRITE, wake, one.address(), 8, 0, 0, 0);
      }
    }
    joinDrainer();
    lock.lock();
    try {
      spaces.values().stream().distinct().forEach(AddressSpaceEvidence::close);
      spaces.clear();
      if (faults != null) {
        faults.close();
      }
      ProcFile.close(wake);
      arena.close();
    } finally {
      lock.unlock();
    }
  }

  private void joinDrainer() {
    boolean interrupted = false;
    while (drainer != null && drainer.isAlive()) {
      try {
        drainer.join();
      } catch (final InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Presence that is not to be had. */
  private static final class NoPages implements AnonymousPages {
    @Override
    public PresenceKind kind() {
      return PresenceKind.NONE;
    }

    @Override
    public Presence in(final VmaBounds vma, final long start, final long end) {
      return Presence.UNKNOWN;
    }

    @Override
    public void close() {
      // nothing is held open
    }
  }
}
