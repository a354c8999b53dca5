// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.Errno;
import dev.vmarea.base.ErrnoException;
import dev.vmarea.space.Task;
import dev.vmarea.trace.strace.ResultKind;
import dev.vmarea.trace.strace.StraceRecord;
import dev.vmarea.trace.strace.StraceValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Follows the calls that make threads and processes and that replace programs. */
final class ProcessCalls {
  /** More threads alive than this are followed without memory: a fork bomb must not use it all. */
  private static final int MAX_THREADS = 1 << 16;

  private static final int MAX_MEMORIES = 4096;

  private final ProcessTable table;
  private final ProcessEnd ends;
  private final DivergenceLog divergences;
  private final BooleanSupplier failing;
  private final boolean judgesAll;
  private final Following following;
  private int memories;
  private @Nullable Errno refused;

  /**
   * Follows calls.
   *
   * @param failing whether steps of the call fail on purpose: then one that is refused is made, too
   * @param judgesAll whether a fork that the model refuses is a difference, as in a script
   * @param following told of memory that begins
   */
  ProcessCalls(
      ProcessTable table,
      ProcessEnd ends,
      DivergenceLog divergences,
      BooleanSupplier failing,
      boolean judgesAll,
      Following following) {
    this.following = following;
    this.table = table;
    this.ends = ends;
    this.divergences = divergences;
    this.failing = failing;
    this.judgesAll = judgesAll;
  }

  /** The first half of clone, clone3, fork or vfork. */
  void beginClone(StraceRecord record, TracedThread thread) {
    thread.cloning = request(record);
  }

  /** A clone with its result. */
  void completeClone(StraceRecord record, TracedThread thread) {
    CloneRequest begun = thread.cloning;
    thread.cloning = null;
    boolean made = record.resultKind() == ResultKind.VALUE && record.result() > 0;
    int child = (int) record.result();
    boolean known = table.confirmed(thread, child);
    if (record.resultKind() == ResultKind.ERROR && failing.getAsBoolean()) {
      refused(record, thread);
    }
    if (!made || known) {
      return;
    }
    CloneRequest request = begun != null && record.argCount() == 0 ? begun : request(record);
    TracedThread existing = table.get(child);
    if (existing != null) {
      // The number was used before by a thread whose end the log does not show.
      ends.threadGone(existing, "");
    }
    refused = null;
    create(thread, child, request);
    Errno refusal = refused;
    if (refusal != null && judgesAll) {
      diverged(record, thread, refusal.negated());
    }
  }

  /** A fork that should be refused because steps of it fail. */
  private void refused(StraceRecord record, TracedThread thread) {
    TracedProcess parent = thread.process;
    if (!parent.memory.isKnown()) {
      return;
    }
    long actual = 0;
    try {
      parent.memory.space().fork(parent.task.copy()).exit();
    } catch (ErrnoException e) {
      actual = e.errno().negated();
    }
    if (actual != record.result()) {
      diverged(record, thread, actual);
    }
  }

  private void diverged(StraceRecord record, TracedThread thread, long actual) {
    divergences.add(
        record.lineNumber(), thread.tid, CallText.of(record), record.result(), actual, false);
  }

  /** A thread that no line has announced: made by a clone under way, or by one before the log. */
  @Nullable TracedThread unannounced(int tid) {
    TracedThread creator = table.unmatchedCreator();
    if (creator == null || creator.cloning == null) {
      return null;
    }
    TracedThread child = create(creator, tid, creator.cloning);
    table.matched(creator, child);
    return child;
  }

  private TracedThread create(TracedThread creator, int tid, CloneRequest request) {
    TracedProcess process = creator.process;
    if (!request.has(CloneRequest.CLONE_THREAD)) {
      process = child(creator, tid, request);
    }
    TracedThread thread =
        new TracedThread(
            tid,
            process,
            request.has(CloneRequest.CLONE_FILES)
                ? creator.descriptors()
                : creator.descriptors().copy(),
            request.has(CloneRequest.CLONE_FS) ? creator.directory : creator.directory.copy());
    table.add(thread);
    return thread;
  }

  private TracedProcess child(TracedThread creator, int pid, CloneRequest request) {
    TracedProcess parent = creator.process;
    Task task = parent.task.copy();
    TracedMemory memory =
        request.has(CloneRequest.CLONE_VM) ? parent.memory : copied(parent.memory, task);
    memory.users++;
    TracedProcess child = new TracedProcess(pid, false, task, memory, parent.command);
    child.permitted = parent.permitted;
    if (memory != parent.memory) {
      following.began(memory, child, ReplayFollower.Beginning.FORK, parent.memory);
    }
    return child;
  }

  private TracedMemory copied(TracedMemory parent, Task task) {
    if (!parent.isKnown()) {
      return TracedMemory.unknown(parent.unknownBecause());
    }
    if (table.size() >= MAX_THREADS || memories >= MAX_MEMORIES) {
      return TracedMemory.unknown("too many processes at once");
    }
    TracedMemory copy;
    try {
      copy = TracedMemory.of(parent.space().fork(task));
    } catch (ErrnoException e) {
      refused = e.errno();
      return TracedMemory.unknown("fork failed in the model: " + e.errno());
    }
    memories++;
    copy.edges = parent.edges.copy();
    copy.vsyscall = parent.vsyscall;
    copy.heapKnown = parent.heapKnown;
    copy.randomized = parent.randomized;
    return copy;
  }

  /** A memory that fork made is gone. */
  void memoryGone() {
    memories = Math.max(0, memories - 1);
  }

  /**
   * A successful execve: other threads of the process are gone, its memory is a new one.
   *
   * @param memory the new memory
   */
  void executed(StraceRecord record, TracedThread thread, TracedMemory memory) {
    TracedProcess process = thread.process;
    for (TracedThread other : List.copyOf(process.threads)) {
      if (other != thread) {
        table.remove(other);
        other.left();
      }
    }
    thread.pending = null;
    thread.cloning = null;
    thread.unshareDescriptors();
    thread.descriptors().closeOnExec();
    process.command = command(record);
    if (memory.isKnown()) {
      process.inherited.applyTo(memory.space().mm());
    }
    replaceMemory(process, memory, ReplayFollower.Beginning.EXEC);
  }

  /** Gives {@code process} another memory; the old one goes if nobody else uses it. */
  void replaceMemory(TracedProcess process, TracedMemory memory, ReplayFollower.Beginning how) {
    ends.leaveMemory(process);
    process.memory = memory;
    memory.users++;
    following.began(memory, process, how, null);
  }

  /**
   * {@code leader} was replaced by thread {@code by} of its process, which takes over its number.
   */
  void superseded(TracedThread leader, int by) {
    TracedThread executing = table.get(by);
    if (executing == null || executing == leader || executing.process != leader.process) {
      return;
    }
    TracedProcess process = leader.process;
    table.remove(leader);
    table.remove(executing);
    TracedThread renamed =
        new TracedThread(leader.tid, process, executing.descriptors(), executing.directory);
    leader.left();
    executing.left();
    table.add(renamed);
  }

  private static String command(StraceRecord record) {
    byte[] path = record.argBytes(record.argCount() > 3 ? 1 : 0);
    StraceValue arguments = record.argCount() > 1 ? record.value(1) : null;
    StringBuilder text = new StringBuilder();
    if (arguments != null) {
      for (int i = 0; i < 8; i++) {
        StraceValue element = arguments.element(i);
        byte[] bytes = element == null ? null : element.bytes();
        if (bytes == null) {
          break;
        }
        text.append(i == 0 ? "" : " ").append(new String(bytes, StandardCharsets.ISO_8859_1));
      }
    }
    if (text.isEmpty() && path != null) {
      text.append(new String(path, StandardCharsets.ISO_8859_1));
    }
    return text.length() > 200 ? text.substring(0, 200) : text.toString();
  }

  // clone(child_stack=0x.., flags=CLONE_VM|..); clone3({flags=CLONE_VM|.., ..}, 88)
  private static CloneRequest request(StraceRecord record) {
    return switch (record.call()) {
      case VFORK -> new CloneRequest(CloneRequest.CLONE_VM | CloneRequest.CLONE_VFORK);
      case CLONE3 -> {
        StraceValue flags = record.structField(0, "flags");
        yield new CloneRequest(flags == null ? 0 : flags.asLong());
      }
      case CLONE -> {
        for (int i = 0; i < record.argCount(); i++) {
          String argument = record.argText(i);
          if (argument.startsWith("flags=")) {
            StraceValue flags = record.namedArg("flags");
            yield new CloneRequest(flags == null ? 0 : flags.asLong());
          }
        }
        yield new CloneRequest(0);
      }
      default -> new CloneRequest(0);
    };
  }
}
