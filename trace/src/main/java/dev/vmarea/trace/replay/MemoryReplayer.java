// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Errno;
import dev.vmarea.base.MapFlags;
import dev.vmarea.base.Pages;
import dev.vmarea.trace.strace.ResultKind;
import dev.vmarea.trace.strace.StraceRecord;
import dev.vmarea.trace.strace.SyscallName;
import dev.vmarea.vma.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes the memory calls of a log on the model, compares the results, and after a difference brings
 * the model to what the kernel did.
 *
 * <p>Calls of threads overlap in a log. One that takes memory away is taken to have effect before
 * the next call that returns, one that hands memory out where it returns itself; when a result does
 * not fit that order, other orders of the calls under way are tried.
 */
final class MemoryReplayer {
  private static final int PIDFD_SELF_THREAD = -10000;
  private static final int PIDFD_SELF_PROCESS = -20000;
  private static final int MAX_REORDERED = 8;

  private final MemoryCallDecoder decoder;
  private final IntFunction<@Nullable TracedThread> threads;
  private final EvidenceReplay evidence;
  private final DivergenceLog divergences;
  private final boolean judgesAll;
  private final Following following;
  private long memoryCalls;
  private long skippedCalls;
  private long randomPlacements;
  private long unmodelled;
  private long unjudged;

  /**
   * Replays calls.
   *
   * @param threads finds a thread by its number
   * @param judgesAll whether the log says all there is to know, as a script that mounts what it
   *     maps does: then every result is judged
   * @param following told of every call
   */
  MemoryReplayer(
      MemoryCallDecoder decoder,
      IntFunction<@Nullable TracedThread> threads,
      EvidenceReplay evidence,
      DivergenceLog divergences,
      boolean judgesAll,
      Following following) {
    this.judgesAll = judgesAll;
    this.following = following;
    this.decoder = decoder;
    this.threads = threads;
    this.evidence = evidence;
    this.divergences = divergences;
  }

  /** Calls replayed and compared. */
  long memoryCalls() {
    return memoryCalls;
  }

  /** Calls of memory that is not known. */
  long skippedCalls() {
    return skippedCalls;
  }

  /** Mappings whose address is random by design and was taken from the log. */
  long randomPlacements() {
    return randomPlacements;
  }

  /** Calls that the model does not have. */
  long unmodelled() {
    return unmodelled;
  }

  /** Results that differ, but depend on what no log shows; see {@link Unjudged}. */
  long unjudged() {
    return unjudged;
  }

  /** The first half of a call. */
  void begin(StraceRecord record, TracedThread thread) {
    TracedMemory memory = thread.process.memory;
    if (thread.pending != null) {
      // Its second half was lost.
      memory.pending.remove(thread.pending);
      thread.pending = null;
    }
    MemoryCall call = memory.isKnown() ? decoder.decode(record, thread) : null;
    if (call == null
        || !TaskCalls.bearsOnMemory(call)
        || call.call() == SyscallName.PROCESS_MADVISE) {
      return;
    }
    PendingCall pending = new PendingCall(call, following.begun(record, call));
    thread.pending = pending;
    memory.pending.add(pending);
  }

  /** A call with its result, on one line or at its second half. */
  void complete(StraceRecord record, TracedThread thread) {
    PendingCall pending = thread.pending;
    thread.pending = null;
    if (pending != null) {
      thread.process.memory.pending.remove(pending);
    }
    MemoryCall call = decoder.decode(record, thread);
    if (record.resultKind() != ResultKind.VALUE && record.resultKind() != ResultKind.ERROR) {
      return;
    }
    if (call == null) {
      return;
    }
    if (!TaskCalls.bearsOnMemory(call)) {
      return;
    }
    TracedMemory memory = target(call, thread);
    if (!memory.isKnown()) {
      skippedCalls++;
      thread.process.skipped++;
      return;
    }
    MemoryCall given = pending == null ? call : merged(pending, call);
    List<PendingCall> waiting = following.isOn() ? underWay(memory) : List.of();
    boolean earlier = false;
    if (pending != null && pending.executed) {
      earlier = true;
      compareEarlier(record, thread, memory, pending);
    } else {
      run(record, thread, memory, given);
    }
    following.called(memory, record, given, expected(record, given), waiting, earlier);
    thread.process.calls++;
    memory.counted();
  }

  // process_madvise works on the memory of whatever process its descriptor stands for.
  private TracedMemory target(MemoryCall call, TracedThread thread) {
    if (call.call() != SyscallName.PROCESS_MADVISE || call.a0() < 0) {
      return thread.process.memory;
    }
    Descriptor descriptor = thread.descriptors().get((int) call.a0());
    Object pid = descriptor == null ? null : descriptor.file().inode().privateData();
    TracedThread other = pid instanceof Integer number ? threads.apply(number) : null;
    return other == null ? thread.process.memory : other.process.memory;
  }

  // What only the return tells (the context that io_setup made) comes from the second half.
  private static MemoryCall merged(PendingCall pending, MemoryCall complete) {
    return complete.call() == SyscallName.IO_SETUP ? complete : pending.call;
  }

  private void compareEarlier(
      StraceRecord record, TracedThread thread, TracedMemory memory, PendingCall pending) {
    memoryCalls++;
    long expected = expected(record, pending.call);
    if (pending.result == ModelCalls.NOT_MODELLED) {
      unmodelled++;
      return;
    }
    if (pending.result == expected) {
      return;
    }
    diverged(record, thread, pending.call, expected, pending.result);
    if (!Errno.isError(expected)) {
      Resynchronisation.apply(memory, pending.call, expected, pending.result, null);
    }
  }

  private void run(
      StraceRecord record, TracedThread thread, TracedMemory memory, MemoryCall given) {
    long expected = expected(record, given);
    boolean failed = given.call() != SyscallName.BRK && Errno.isError(expected);
    if (!judgesAll && Unjudged.withoutHugePages(given, expected)) {
      unjudged++;
      return;
    }
    LayoutFromCalls.learnHeap(memory, given, expected);
    LayoutFromCalls.learnBase(memory, given, expected);
    MemoryCall call = withRandomPlacement(memory, given, expected);
    LayoutFromCalls.noteEdges(memory, call, expected, failed);
    List<PendingCall> underWay = underWay(memory);
    TracedMemory.Snapshot before = failed || !underWay.isEmpty() ? memory.snapshot() : null;
    List<PendingCall> earlier =
        underWay.stream().filter(other -> other.call.takesEffectAtEntry()).toList();
    execute(memory, thread, earlier);
    long actual = execute(memory, thread, call, expected);
    if (actual == ModelCalls.NOT_MODELLED) {
      unmodelled++;
      return;
    }
    memoryCalls++;
    if (before != null && !judgesAll && Unjudged.notInTheLog(call, expected, actual)) {
      unjudged++;
      memory.restore(before);
      return;
    }
    boolean same = actual == expected;
    if (same || !judgesAll && Unjudged.dependsOnContents(memory, call, expected, actual)) {
      unjudged += same ? 0 : 1;
      earlier.forEach(PendingCall::settle);
      return;
    }
    if (before != null
        && !underWay.isEmpty()
        && settledByOrder(memory, thread, underWay, earlier, call, expected, before)) {
      return;
    }
    earlier.forEach(PendingCall::settle);
    if (settledByPlacement(memory, thread, call, expected, actual)) {
      return;
    }
    if (settledByGrowth(memory, thread, call, expected, actual)) {
      return;
    }
    diverged(record, thread, given, expected, actual);
    Resynchronisation.apply(memory, call, expected, actual, failed ? before : null);
  }

  // What io_setup made stands in its argument.
  private static long expected(StraceRecord record, MemoryCall call) {
    boolean made = call.call() == SyscallName.IO_SETUP && record.result() == 0;
    return made ? call.a2() : record.result();
  }

  private static boolean isGoodPidfd(MemoryCall call, TracedThread thread, long expected) {
    if (call.a0() < 0) {
      return call.a0() == PIDFD_SELF_THREAD || call.a0() == PIDFD_SELF_PROCESS;
    }
    // What was opened before the log began is not known.
    return thread.descriptors().get((int) call.a0()) != null || expected != Errno.EBADF.negated();
  }

  private long execute(TracedMemory memory, TracedThread thread, MemoryCall call, long expected) {
    TracedMemory own = thread.process.memory;
    return call.call() == SyscallName.PROCESS_MADVISE
        ? ModelCalls.processAdvise(
            own.isKnown() ? own.space() : memory.space(),
            memory.space(),
            thread.process.task,
            call,
            isGoodPidfd(call, thread, expected))
        : execute(memory, thread, call);
  }

  private long execute(TracedMemory memory, TracedThread thread, MemoryCall call) {
    return ModelCalls.execute(memory.space(), thread.process.task, call);
  }

  // MAP_32BIT draws a new random start on every call.
  private MemoryCall withRandomPlacement(TracedMemory memory, MemoryCall call, long expected) {
    boolean random =
        call.call() == SyscallName.MMAP
            && (call.a3() & (MapFlags.BIT32 | MapFlags.FIXED | MapFlags.FIXED_NOREPLACE))
                == MapFlags.BIT32
            && !Errno.isError(expected)
            && memory.randomized;
    if (!random || expected == Pages.floor(call.a0())) {
      return call;
    }
    Vma above = memory.space().mm().tree().find(expected);
    boolean free = above == null || above.start() >= expected + Pages.ceil(call.a1());
    boolean inRange = expected >= 0x40000000L && expected + call.a1() <= 0x80000000L;
    if (!free || !inRange) {
      return call;
    }
    randomPlacements++;
    return call.mappedAt(expected, call.a3() | MapFlags.FIXED);
  }

  // A file on a file system of unknown type: the first address that tells its placement settles it.
  private boolean settledByPlacement(
      TracedMemory memory, TracedThread thread, MemoryCall call, long expected, long actual) {
    if (call.call() != SyscallName.MMAP
        || call.file() == null
        || !(call.file().operations() instanceof AssumedFile assumed)
        || Errno.isError(expected)
        || Errno.isError(actual)
        || assumed.isSettled()) {
      return false;
    }
    memory.space().syscalls(thread.process.task).munmap(actual, call.a1());
    assumed.toggle();
    long other = execute(memory, thread, call);
    if (other == expected) {
      assumed.settle();
      return true;
    }
    assumed.toggle();
    if (!Errno.isError(other)) {
      memory.space().syscalls(thread.process.task).munmap(other, call.a1());
    }
    execute(memory, thread, call);
    return false;
  }

  // A call that succeeds across what the model holds to be a hole below a stack shows that it grew.
  private boolean settledByGrowth(
      TracedMemory memory, TracedThread thread, MemoryCall call, long expected, long actual) {
    boolean hole =
        Errno.isError(actual)
            && !Errno.isError(expected)
            && (actual == Errno.ENOMEM.negated() || actual == Errno.EFAULT.negated());
    if (!hole || !evidence.growBelowStacks(memory, call.a0(), call.a0() + call.a1())) {
      return false;
    }
    return execute(memory, thread, call) == expected;
  }

  private static List<PendingCall> underWay(TracedMemory memory) {
    if (memory.pending.isEmpty()) {
      return List.of();
    }
    List<PendingCall> waiting = new ArrayList<>();
    for (PendingCall other : memory.pending) {
      if (!other.executed && waiting.size() < MAX_REORDERED) {
        waiting.add(other);
      }
    }
    return waiting;
  }

  // A call under way may have taken effect anywhere between its two lines: none of them before this
  // one, each of them, or the first few in turn.
  private boolean settledByOrder(
      TracedMemory memory,
      TracedThread thread,
      List<PendingCall> underWay,
      List<PendingCall> earlier,
      MemoryCall call,
      long expected,
      TracedMemory.Snapshot before) {
    List<List<PendingCall>> orders = new ArrayList<>();
    if (!earlier.isEmpty()) {
      orders.add(List.of());
    }
    for (PendingCall one : underWay) {
      orders.add(List.of(one));
      if (!earlier.isEmpty() && !earlier.contains(one)) {
        List<PendingCall> after = new ArrayList<>(earlier);
        after.add(one);
        orders.add(after);
      }
    }
    for (int n = 2; n <= underWay.size(); n++) {
      orders.add(underWay.subList(0, n));
    }
    for (List<PendingCall> order : orders) {
      memory.restore(before);
      execute(memory, thread, order);
      if (execute(memory, thread, call) == expected) {
        order.forEach(PendingCall::settle);
        return true;
      }
    }
    memory.restore(before);
    execute(memory, thread, earlier);
    execute(memory, thread, call);
    return false;
  }

  private void execute(TracedMemory memory, TracedThread thread, List<PendingCall> calls) {
    for (PendingCall other : calls) {
      other.result = execute(memory, thread, other.call);
    }
  }

  private void diverged(
      StraceRecord record, TracedThread thread, MemoryCall call, long expected, long actual) {
    divergences.add(
        record.lineNumber(),
        thread.tid,
        CallText.of(record),
        expected,
        actual,
        call.returnsAddress());
  }
}
