// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.recorder;

import dev.vmarea.host.evidence.FaultEvidence;
import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.system.ProcessLayout;
import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.RemoteMemory;
import dev.vmarea.host.tracing.Signals;
import dev.vmarea.host.tracing.SyscallStop;
import dev.vmarea.host.tracing.WaitStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Follows the program from stop to stop until all of its threads are gone.
 *
 * <p>Order is what it is about. One memory call per address space runs at a time, the others wait
 * at their entry, so a line's place in the log is its call's place in the kernel. A child's first
 * instruction waits until the line that made it is written. All of it runs on one platform thread.
 */
final class TraceLoop {
  private static final int SIGSEGV = 11;
  private static final int SIGBUS = 7;
  private static final int EINTR = 4;
  private static final int SPINS = 50;
  private static final long SHORTEST_PAUSE_NANOS = 20_000;
  private static final long LONGEST_PAUSE_NANOS = 2_000_000;

  private final Ptrace ptrace;
  private final CallCapture capture;
  private final SyscallNumbers numbers = SyscallNumbers.host();
  private final RecordRequest request;
  private final boolean filtered;
  private final TraceLog log;
  private final FaultEvidence evidence;
  private final TracedFiles files;
  private static final long PAGE = 4096;

  private final MapBlocks maps;
  private final Admission admission = new Admission(this::admitted);
  private final TracedThreads threads = new TracedThreads();
  private final int root;

  private final Set<String> notes = new TreeSet<>();
  private long stops;
  private long launchErrno;
  private volatile boolean rootGone;
  private long orphansSince;
  private boolean ended;
  private boolean tooMany;
  private OptionalInt exitStatus = OptionalInt.empty();
  private OptionalInt signal = OptionalInt.empty();

  TraceLoop(
      final Ptrace ptrace,
      final RemoteMemory memory,
      final RecordRequest request,
      final Stub stub,
      final FaultEvidence evidence,
      final TraceLog log,
      final Redaction redaction,
      final RecordingDirectory directory) {
    this.ptrace = ptrace;
    this.capture = new CallCapture(memory);
    this.request = request;
    this.filtered = stub.filtered();
    this.evidence = evidence;
    this.log = log;
    this.files = new TracedFiles(log, redaction);
    this.root = stub.pid();
    if (request.everyFault()) {
      memory.whenRead(this::touched);
    }
    this.maps = new MapBlocks(log, redaction, directory, files, root, request.everyFault());
    threads.add(new Tracee(root, root, new TracedSpace(1, false)));
  }

  /** Passes a signal to the program; when its first process is gone, ends what is left. */
  void relay(final int number) {
    if (rootGone) {
      threads.killAll();
    } else {
      NativeCalls.syscall(SystemCall.KILL, root, number, 0, 0, 0, 0);
    }
  }

  /** Kills and reaps whatever is left, after a failure. */
  void abandon() {
    threads.killAll();
    while (!threads.isEmpty()) {
      final WaitStatus status = ptrace.await(-1, 0);
      if (status.tid() == -EINTR) {
        continue;
      }
      if (status.tid() <= 0) {
        return;
      }
      if (status.stopped()) {
        TracedThreads.kill(status.tid());
        ptrace.resume(status.tid(), 0);
      } else {
        threads.remove(status.tid());
      }
    }
  }

  /** Follows the program to its end. */
  void run() throws IOException, RecordingException {
    while (!threads.isEmpty()) {
      final WaitStatus status = next();
      if (status.tid() == -EINTR) {
        continue;
      }
      if (status.tid() < 0) {
        break; // no children left: threads that vanished in an exec have no report of their own
      }
      handle(status);
    }
    if (launchErrno != 0) {
      throw Command.refused(request.command().getFirst(), (int) launchErrno);
    }
  }

  /**
   * Fails if a bound of the request ended the program; what was recorded until then is complete.
   */
  void checkLimits() throws RecordingException {
    if (tooMany) {
      throw new RecordingException.LimitExceeded(
          "the program had more threads than are followed and was ended: limit="
              + request.maxThreads());
    }
  }

  /** The first program's layout and limits at its start, or null if it did not start. */
  @Nullable ProcessLayout startLayout() {
    return maps.startLayout();
  }

  /** What is known at the end. */
  RecordingResult result(final boolean noNewPrivileges) {
    if (tooMany) {
      notes.add("the program was ended: it had more threads than are followed");
    }
    if (!maps.ended()) {
      notes.add("the first process left no final map");
    }
    if (!files.comparable()) {
      notes.add("open files could not be compared (kcmp): equal paths count as different files");
    }
    if (evidence.lostFaults() > 0) {
      notes.add("page faults were lost: records=" + evidence.lostFaults());
    }
    return new RecordingResult(
        root,
        exitStatus,
        signal,
        log.calls(),
        stops,
        threads.processCount(),
        filtered,
        noNewPrivileges,
        maps.ended(),
        new ArrayList<>(notes));
  }

  // ---- waiting

  private WaitStatus next() throws IOException {
    final boolean bounded = rootGone && request.orphanLimit() != null && !ended;
    if (!admission.contended() && !bounded) {
      return ptrace.await(-1, 0);
    }
    long pause = SHORTEST_PAUSE_NANOS;
    for (int tries = 0; ; tries++) {
      final WaitStatus status = ptrace.await(-1, Ptrace.WAIT_NO_HANG);
      if (status.tid() != 0) {
        return status;
      }
      if (tries < SPINS) {
        Thread.onSpinWait();
        continue;
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(LONGEST_PAUSE_NANOS, pause * 2);
      if (bounded) {
        endOrphans();
      }
      if (admission.contended() && admission.relent(threads.all())) {
        notes.add("memory calls overlapped since one of them did not return: order uncertain");
      }
    }
  }

  private void endOrphans() {
    final Duration limit = request.orphanLimit();
    if (limit != null && !ended && System.nanoTime() - orphansSince > limit.toNanos()) {
      ended = true;
      notes.add(
          "processes that outlived the first one were ended: processes="
              + threads.livingProcesses());
      threads.killAll();
    }
  }

  // ---- stops

  private void handle(final WaitStatus status) throws IOException {
    final Tracee tracee = threads.get(status.tid());
    if (!status.stopped()) {
      gone(status, tracee);
      return;
    }
    stops++;
    if (tracee == null) {
      threads.addStranger(status.tid()); // its parent's event comes next
      adoptStrangers();
      return;
    }
    if (status.atSystemCall()) {
      systemCall(tracee);
      return;
    }
    switch (status.event()) {
      case Ptrace.EVENT_SECCOMP -> systemCall(tracee);
      case Ptrace.EVENT_FORK, Ptrace.EVENT_VFORK, Ptrace.EVENT_CLONE -> cloned(tracee, status);
      case Ptrace.EVENT_EXEC -> executed(tracee);
      case Ptrace.EVENT_EXIT -> exiting(tracee);
      case Ptrace.EVENT_STOP -> {
        if (Signals.stops(status.stopSignal())) {
          ptrace.listen(tracee.tid);
        } else {
          resume(tracee, 0);
        }
      }
      case 0 -> signal(tracee, status.stopSignal());
      default -> resume(tracee, 0);
    }
  }

  /** Lets threads go on that nobody announced; what they map is not known. */
  private void adoptStrangers() throws IOException {
    for (final int tid : threads.unclaimed()) {
      if (notes.add("a thread was killed while it made another: what that one maps is not known")) {
        log.comment("# vmarea note " + tid + " unclaimed");
      }
      final Tracee child = new Tracee(tid, tid, new TracedSpace(1, false));
      threads.add(child);
      if (tooMany || ended) {
        TracedThreads.kill(tid);
      }
      resume(child, 0);
    }
  }

  /** We read the program's memory ourselves, and so brought pages of it. */
  private void touched(final int tid, final long address, final long bytes) {
    for (long page = address & -PAGE; page < address + bytes; page += PAGE) {
      comment("# vmarea touch " + tid + " 0x" + Long.toHexString(page) + " r");
    }
  }

  /** Takes lines of evidence, whose source knows no input and output. */
  private void comment(final String line) {
    try {
      log.comment(line);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void resume(final Tracee tracee, final int deliver) {
    if (filtered && tracee.call == null) {
      ptrace.resume(tracee.tid, deliver);
    } else {
      ptrace.resumeToSystemCall(tracee.tid, deliver);
    }
  }

  private void signal(final Tracee tracee, final int number) throws IOException {
    final Ptrace.SignalInfo info = ptrace.signalInfo(tracee.tid, number);
    if (maps.started()) {
      log.signal(tracee.tid, info, number == SIGSEGV || number == SIGBUS);
    }
    resume(tracee, number);
  }

  // ---- system calls

  private void systemCall(final Tracee tracee) throws IOException {
    final SyscallStop stop = ptrace.systemCall(tracee.tid);
    switch (stop.kind()) {
      case ENTRY, SECCOMP -> entry(tracee, stop);
      case EXIT -> exit(tracee, stop.result());
      case NONE -> resume(tracee, 0);
    }
  }

  private void entry(final Tracee tracee, final SyscallStop stop) throws IOException {
    if (stop.auditArch() != numbers.architecture().auditArch() || stop.number() >= 0x4000_0000L) {
      if (notes.add("32-bit system calls were made, which are not recorded")) {
        log.comment("# vmarea note " + tracee.tgid + " foreign calls");
      }
      resume(tracee, 0);
      return;
    }
    final SystemCall call = numbers.call(stop.number());
    final CallKind kind = call == null ? null : TracedCalls.kind(call, stop.arguments());
    if (call == null || kind == null) {
      resume(tracee, 0);
      return;
    }
    final CapturedCall captured = capture.capture(tracee.tid, call, kind, stop.arguments());
    tracee.call = captured;
    if (Admission.needed(captured)) {
      admission.request(tracee, captured);
    } else {
      if (kind == CallKind.CONTEXT) {
        files.beforeContextCall(tracee, captured);
      }
      resume(tracee, 0);
    }
  }

  private void admitted(final Tracee tracee, final CapturedCall call) throws IOException {
    if (call.kind() == CallKind.MEMORY && tracee.space.recorded) {
      evidence.beforeCall(tracee.tgid, call.call(), call.arguments(), this::comment);
      tracee.call = files.beforeMemoryCall(tracee, call);
    }
    resume(tracee, 0);
  }

  private void exit(final Tracee tracee, final long result) throws IOException {
    final CapturedCall call = tracee.call;
    if (call == null) {
      resume(tracee, 0);
      return;
    }
    tracee.call = null;
    if (!maps.started() && tracee.tid == root && call.kind() == CallKind.EXEC) {
      launchErrno = -result;
      threads.killAll();
      ptrace.resume(tracee.tid, 0);
      return;
    }
    final CapturedCall completed = capture.completed(tracee.tid, call, result);
    if (call.kind() == CallKind.MEMORY && tracee.space.recorded) {
      evidence.afterCall(tracee.tgid, call.call(), call.arguments(), result, this::comment);
    }
    files.afterContextCall(tracee, call, result);
    log.call(tracee.tid, completed, result, files.returned(tracee, call, result));
    if (result >= 0 && TracedCalls.changesCapabilities(call.call())) {
      final OptionalLong bits = ProcessLayout.effectiveCapabilities(tracee.tid);
      if (bits.isPresent()) {
        log.comment("# vmarea caps " + tracee.tid + " 0x" + Long.toHexString(bits.getAsLong()));
      }
    }
    admission.release(tracee);
    resume(tracee, 0);
  }

  // ---- processes and threads

  private void cloned(final Tracee parent, final WaitStatus status) throws IOException {
    final int tid = (int) ptrace.eventMessage(parent.tid);
    final CapturedCall call = parent.call;
    final long flags;
    if (call == null) {
      flags = status.event() == Ptrace.EVENT_VFORK ? CloneFlags.VM | CloneFlags.VFORK : 0;
    } else {
      flags = CloneFlags.of(call);
    }
    final boolean sharesMemory = (flags & CloneFlags.VM) != 0;
    final boolean thread = (flags & CloneFlags.THREAD) != 0;
    if (!thread) {
      evidence.forked(parent.tgid, tid, sharesMemory, this::comment);
      files.forked(parent.descriptorOwner(), tid);
    }
    if (call != null) {
      log.call(parent.tid, call, tid, null);
      parent.call = null;
    }
    final TracedSpace space =
        sharesMemory ? parent.space : new TracedSpace(0, parent.space.recorded);
    space.threads++;
    final int tgid = thread ? parent.tgid : tid;
    final Tracee child = new Tracee(tid, tgid, space);
    child.leaderGone = thread && parent.leaderGone;
    threads.add(child);
    admission.release(parent);
    if (threads.size() > request.maxThreads()) {
      tooMany = true;
    }
    if (tooMany) {
      threads.killAll();
    }
    resume(parent, 0);
    if (threads.claim(tid)) {
      resume(child, 0);
    }
    adoptStrangers();
  }

  private void executed(final Tracee reporter) throws IOException {
    final int tgid = reporter.tid;
    final int former = (int) ptrace.eventMessage(tgid);
    final Tracee known = threads.get(former);
    final Tracee caller = known == null ? reporter : known;
    final CapturedCall call = caller.call;
    if (caller != reporter) {
      // the thread that called takes the leader's id; the leader has no report of its own
      if (call != null) {
        log.unfinished(former, call);
      }
      log.superseded(tgid, former);
      leave(reporter);
      threads.takeLeadersPlace(caller);
      if (call != null) {
        log.resumed(tgid, call, 0);
      }
    } else if (call != null) {
      log.call(tgid, call, 0, null);
    }
    caller.call = null;
    leave(caller);
    caller.ending = false;
    caller.space = new TracedSpace(1, true);
    caller.leaderGone = false;
    evidence.executed(tgid);
    files.executed(tgid);
    maps.executed(tgid);
    resume(caller, 0);
  }

  /** The thread does not use its address space any more, by an exec or its end. */
  private void leave(final Tracee tracee) throws IOException {
    if (tracee.ending) {
      return;
    }
    tracee.ending = true;
    tracee.space.threads--;
    admission.withdraw(tracee);
  }

  private void exiting(final Tracee tracee) throws IOException {
    final CapturedCall call = tracee.call;
    if (call != null) {
      // killed inside: whether the call took effect is not known
      if (maps.started() && (tracee.space.busy == tracee || !Admission.needed(call))) {
        log.unfinished(tracee.tid, call);
      }
      tracee.call = null;
    }
    leave(tracee);
    if (tracee.tid == tracee.tgid && tracee.space.threads > 0) {
      threads.all().forEach(other -> other.leaderGone |= other.tgid == tracee.tgid);
    }
    if (tracee.space.threads == 0 && tracee.space.recorded && !tooMany) {
      evidence.exiting(tracee.tgid, this::comment);
      maps.ending(tracee);
    }
    ptrace.resume(tracee.tid, 0);
    adoptStrangers();
  }

  private void gone(final WaitStatus status, final @Nullable Tracee tracee) throws IOException {
    if (tracee != null) {
      leave(tracee);
    }
    final boolean process = threads.remove(status.tid());
    adoptStrangers();
    if (process) {
      evidence.exited(status.tid());
      files.gone(status.tid());
    }
    if (maps.started()) {
      if (status.killed()) {
        log.killed(status.tid(), status.killedBy(), status.dumpedCore());
      } else {
        log.exited(status.tid(), status.exitStatus());
      }
    }
    if (status.tid() == root) {
      rootGone = true;
      orphansSince = System.nanoTime();
      if (status.killed()) {
        signal = OptionalInt.of(status.killedBy());
      } else {
        exitStatus = OptionalInt.of(status.exitStatus());
      }
    }
  }
}
