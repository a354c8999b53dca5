// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.AddressSpace;
import dev.vmarea.Machine;
import dev.vmarea.base.KernelWarning;
import dev.vmarea.drivers.hugetlbfs.HugetlbfsKind;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.drivers.mounts.MountedUsers;
import dev.vmarea.space.ResourceLimits;
import dev.vmarea.space.Task;
import dev.vmarea.trace.evidence.EvidenceLine;
import dev.vmarea.trace.evidence.EvidenceParser;
import dev.vmarea.trace.evidence.FailingSteps;
import dev.vmarea.trace.evidence.MemoryAccess;
import dev.vmarea.trace.evidence.UserControl;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.strace.RecordKind;
import dev.vmarea.trace.strace.ResultKind;
import dev.vmarea.trace.strace.StraceReader;
import dev.vmarea.trace.strace.StraceRecord;
import dev.vmarea.trace.strace.StraceValue;
import dev.vmarea.trace.strace.SyscallName;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One replay: hands every line of a log to whoever follows that kind of line. Used once. */
final class ReplayEngine {
  private static final String NO_MAP_AFTER_EXEC =
      "the log has no map of the program after its execve";
  private static final String NO_START = "the log has no starting map (see --from)";

  private final ReplaySettings settings;
  private final Machine machine;
  private final FileNames names;
  private final FileCalls files;
  private final SegmentCalls segments;
  private final ProcessTable table = new ProcessTable();
  private final Following following;
  private final ProcessEnd ends;
  private final ProcessCalls processes;
  private final EvidenceReplay evidence;
  private final DivergenceLog divergences;
  private final MemoryCallDecoder decoder;
  private final MemoryReplayer memoryCalls;
  private final ProgramStart starts;
  private final RecordingLines recordingLines;
  private final Timeline timeline = new Timeline();
  private final FinalComparison comparison;
  private final TouchReplay touches = new TouchReplay();
  private final @Nullable UsageComparison usage;
  private final WarningLog warnings = new WarningLog();
  private final MountedLines mounted;
  private final ScriptFailures failures;
  private final boolean judgesAll;
  private @Nullable TracedThread first;
  private boolean startUsed;
  private boolean startedEmpty;
  private long calls;
  private long cutOffLine;

  /**
   * An engine.
   *
   * @param source name of the log, for messages
   * @throws RecordingException if a device cannot be had
   */
  ReplayEngine(ReplaySettings settings, String source) throws RecordingException {
    this.settings = settings;
    following = new Following(settings.follower());
    ends = new ProcessEnd(table, following);
    evidence = new EvidenceReplay(following);
    machine =
        new Machine(
            settings.architecture().limit(settings.config()),
            settings.profile(),
            settings.architecture());
    machine.kernel().warnings(warnings::add);
    MountedUsers users = ScriptMounts.make(machine, settings, source);
    judgesAll = !users.all().isEmpty();
    machine.kernel().filling(settings.touch() || judgesAll); // else a log has no pages
    failures = new ScriptFailures(machine.kernel(), warnings);
    names =
        new FileNames(
            new FileKinds(
                machine,
                ScriptDevices.make(machine.kernel(), settings.devices(), source),
                !bringsHugePages(settings.mounts())));
    divergences = new DivergenceLog(settings.maxDivergences());
    processes = new ProcessCalls(table, ends, divergences, failures::isAny, judgesAll, following);
    files = new FileCalls(names, new MountedCalls(machine, divergences));
    segments = new SegmentCalls(machine, users, divergences);
    mounted = new MountedLines(machine, users, divergences, warnings);
    decoder = new MemoryCallDecoder(files);
    memoryCalls =
        new MemoryReplayer(decoder, table::get, evidence, divergences, judgesAll, following);
    starts = new ProgramStart(machine, names);
    comparison = new FinalComparison(evidence);
    usage = settings.touch() ? new UsageComparison(touches, false) : null;
    recordingLines =
        new RecordingLines(machine, names, starts, processes, evidence, comparison, touches, usage);
    ends.onMemoryGone(processes::memoryGone);
    ends.showPageTables(settings.pageTables());
  }

  /**
   * Replays a log.
   *
   * @param more whether the reader stands on a line that is still to be replayed
   */
  ReplayReport run(StraceReader log, boolean more) throws IOException {
    StraceRecord record = log.record();
    for (boolean any = more; any; any = log.next()) {
      warnings.line(record.lineNumber());
      following.line(record);
      judged(record, log);
      mounted.check(spaces());
    }
    failures.end();
    for (TracedThread thread : table.all()) {
      gone(thread, "the log ends before the process does");
    }
    mounted.end();
    return new ReportBuilder(
            settings, files, memoryCalls, ends, evidence, divergences, comparison, warnings, usage)
        .build(calls, log.problemCount(), timeline, cutOffLine, startedEmpty);
  }

  private static boolean bringsHugePages(MountPlan mounts) {
    return mounts.entries().values().stream()
        .anyMatch(entry -> entry.kind() == HugetlbfsKind.INSTANCE);
  }

  /** A hook of a user that throws stops its thread, not the replay. */
  private void judged(StraceRecord record, StraceReader log) throws RecordingException {
    try {
      line(record, log);
    } catch (RuntimeException e) {
      if (!judgesAll) {
        throw e;
      }
      warnings.add(new KernelWarning(KernelWarning.Kind.BUG, "a hook threw " + e));
    }
  }

  private List<AddressSpace> spaces() {
    return judgesAll
        ? table.all().stream()
            .map(thread -> thread.process.memory)
            .filter(TracedMemory::isKnown)
            .map(TracedMemory::space)
            .distinct()
            .toList()
        : List.of();
  }

  private void line(StraceRecord record, StraceReader log) throws RecordingException {
    switch (record.kind()) {
      case CALL, RESUMED -> {
        calls++;
        boolean whole = record.kind() == RecordKind.CALL || record.joined();
        if (record.cutOff()) {
          cutOffLine = record.lineNumber();
        } else if (record.call() != SyscallName.OTHER && whole) {
          TracedThread thread = thread(record.pid());
          failures.during(() -> completed(record, thread));
        }
      }
      case UNFINISHED -> {
        if (record.call() != SyscallName.OTHER) {
          begun(record, thread(record.pid()));
        }
      }
      case EXITED -> failures.during(() -> gone(record.pid(), ""));
      case KILLED -> gone(record.pid(), "killed by " + record.callName());
      case SUPERSEDED -> {
        TracedThread leader = table.get(record.pid());
        if (leader != null) {
          processes.superseded(leader, (int) record.result());
        }
      }
      case SIGNAL -> signalled(record);
      case VMAREA_COMMENT -> comment(record, log);
      default -> {}
    }
  }

  /**
   * A refused access below a stack-like area has made it grow first: the kernel looks at the
   * permission only of the area that then contains the address (mm-semantics 5.8).
   */
  private void signalled(StraceRecord record) {
    TracedThread thread = table.get(record.pid());
    StraceValue code = record.structField(0, "si_code");
    StraceValue address = record.structField(0, "si_addr");
    if (thread == null
        || !record.callName().equals("SIGSEGV")
        || code == null
        || address == null
        || !thread.process.memory.isKnown()) {
      return;
    }
    if (code.text().equals("SEGV_ACCERR") || code.text().equals("2")) {
      evidence.refusedAccess(thread.process.memory, address.asLong());
    }
  }

  private TracedThread thread(int tid) {
    TracedThread known = table.get(tid);
    if (known != null) {
      return known;
    }
    TracedThread start = first;
    if (start == null) {
      return root(tid);
    }
    TracedThread child = processes.unannounced(tid);
    if (child != null) {
      return child;
    }
    TracedProcess stranger =
        new TracedProcess(
            tid, false, newTask(), TracedMemory.unknown("the log does not show its beginning"), "");
    stranger.memory.users++;
    TracedThread thread =
        new TracedThread(tid, stranger, new DescriptorTable(), new WorkingDirectory(""));
    table.add(thread);
    return thread;
  }

  private TracedThread root(int tid) {
    Task task = newTask();
    boolean script = !settings.devices().isEmpty() || !settings.mounts().entries().isEmpty();
    startedEmpty = script && settings.start() == null;
    TracedMemory memory = startedEmpty ? starts.empty(task) : TracedMemory.unknown(NO_START);
    TracedProcess process = new TracedProcess(tid, true, task, memory, "");
    process.memory.users++;
    TracedThread thread =
        new TracedThread(tid, process, new DescriptorTable(), new WorkingDirectory(""));
    table.add(thread);
    first = thread;
    following.began(memory, process, ReplayFollower.Beginning.EMPTY, null);
    return thread;
  }

  private static Task newTask() {
    return new Task(new ResourceLimits(), 0);
  }

  private void begun(StraceRecord record, TracedThread thread) {
    switch (record.call()) {
      case CLONE, CLONE3, FORK, VFORK -> processes.beginClone(record, thread);
      default -> {
        useStart(thread, record);
        memoryCalls.begin(record, thread);
      }
    }
  }

  private void completed(StraceRecord record, TracedThread thread) {
    switch (record.call()) {
      case CLONE, CLONE3, FORK, VFORK -> processes.completeClone(record, thread);
      case EXECVE, EXECVEAT -> executed(record, thread);
      case UNSHARE -> unshared(record, thread);
      case SETUID, SETREUID, SETRESUID, CAPSET -> Credentials.follow(record, thread.process);
      case SHMGET -> segments.obtained(record);
      case SHMCTL -> segments.controlled(record);
      default -> {
        files.follow(record, thread);
        useStart(thread, record);
        changedTask(record, thread);
        memoryCalls.complete(record, thread);
        if (thread.process.first) {
          timeline.add(thread.process.memory.vmas());
        }
      }
    }
  }

  // A log of memory calls only has no execve to begin with.
  private void useStart(TracedThread thread, StraceRecord record) {
    ReplaySettings.StartingMap start = settings.start();
    if (startUsed || start == null || !thread.process.first || thread.process.memory.isKnown()) {
      return;
    }
    if (decoder.decode(record, thread) != null) {
      startUsed = true;
      TracedProcess process = thread.process;
      processes.replaceMemory(
          process,
          starts.memory(start.image(), process.task, null),
          ReplayFollower.Beginning.START);
    }
  }

  private void executed(StraceRecord record, TracedThread thread) {
    if (record.resultKind() != ResultKind.VALUE || record.result() != 0) {
      return;
    }
    TracedProcess process = thread.process;
    startedEmpty &= !process.first;
    process.inherited = process.memory.inherited();
    process.task.personality(process.task.personality() & ~Task.READ_IMPLIES_EXEC);
    ReplaySettings.StartingMap start = settings.start();
    TracedMemory memory;
    if (start != null && !startUsed && thread.process.first) {
      startUsed = true;
      memory = starts.memory(start.image(), thread.process.task, null);
    } else {
      String why = start == null && thread.process.first ? NO_START : NO_MAP_AFTER_EXEC;
      memory = TracedMemory.unknown(why);
    }
    processes.executed(record, thread, memory);
  }

  private void unshared(StraceRecord record, TracedThread thread) {
    if (record.resultKind() != ResultKind.VALUE) {
      return;
    }
    CloneRequest request = new CloneRequest(record.argFlags(0));
    if (request.has(CloneRequest.CLONE_FILES)) {
      thread.unshareDescriptors();
    }
    if (request.has(CloneRequest.CLONE_FS)) {
      thread.directory = thread.directory.copy();
    }
  }

  private void changedTask(StraceRecord record, TracedThread thread) {
    switch (record.call()) {
      case SETRLIMIT, PRLIMIT64, PERSONALITY -> {
        MemoryCall call =
            record.resultKind() == ResultKind.VALUE ? decoder.decode(record, thread) : null;
        if (call == null) {
          return;
        }
        TracedThread target =
            call.call() == SyscallName.PRLIMIT64 && call.a3() != 0
                ? table.get((int) call.a3())
                : thread;
        if (target != null) {
          TaskCalls.follow(call, target.process);
        }
      }
      default -> {}
    }
  }

  private void comment(StraceRecord record, StraceReader log) throws RecordingException {
    byte[] text = record.comment();
    if (text == null) {
      return;
    }
    EvidenceLine line = EvidenceParser.parse(text);
    ScriptHead.refuseDevice(line, record, log);
    switch (line) {
      case FailingSteps failing -> failures.add(failing);
      case UserControl control ->
          failures.during(() -> mounted.control(control, record.lineNumber()));
      case MemoryAccess access -> {
        TracedThread thread = thread(access.pid());
        failures.during(() -> mounted.access(access, record.lineNumber(), thread));
      }
      default -> recordingLines.line(line, this::thread);
    }
  }

  private void gone(int tid, String remark) {
    TracedThread thread = table.get(tid);
    if (thread != null) {
      gone(thread, remark);
    }
  }

  private void gone(TracedThread thread, String remark) {
    TracedProcess process = thread.process;
    List<MapsEntry> expected = settings.expected();
    boolean last = process.threads.size() == 1;
    if (last && process.first && expected != null && process.comparison == null) {
      comparison.compare(process, expected);
    }
    ends.threadGone(thread, remark);
  }
}
