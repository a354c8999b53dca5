// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.host.evidence;

import dev.vmarea.host.nativecalls.NativeCalls;
import dev.vmarea.host.nativecalls.SyscallNumbers;
import dev.vmarea.host.nativecalls.SystemCall;
import dev.vmarea.host.tracing.Ptrace;
import dev.vmarea.host.tracing.SyscallStop;
import dev.vmarea.host.tracing.WaitStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program under a ptrace loop that does nothing but ask for evidence at every call, and
 * keeps calls and evidence as lines in their order. Process ids in the lines become {@code P0},
 * {@code P1}, ... in the order of appearance.
 */
final class TracedProgram {
  private static final int OPTIONS =
      Ptrace.OPTION_SYSGOOD
          | Ptrace.OPTION_FORK
          | Ptrace.OPTION_VFORK
          | Ptrace.OPTION_CLONE
          | Ptrace.OPTION_EXEC
          | Ptrace.OPTION_EXIT
          | Ptrace.OPTION_EXITKILL;
  private static final int SIGSTOP = 19;
  private static final int SIGTRAP = 5;
  private static final int WNOHANG_NOT = 0;
  private static final List<SystemCall> ASKED =
      List.of(
          SystemCall.MMAP,
          SystemCall.MUNMAP,
          SystemCall.MPROTECT,
          SystemCall.MREMAP,
          SystemCall.BRK,
          SystemCall.MADVISE,
          SystemCall.MLOCK,
          SystemCall.SHMAT,
          SystemCall.SHMDT,
          SystemCall.PRCTL);

  private final Ptrace ptrace = new Ptrace();
  private final FaultEvidence evidence;
  private final List<String> lines = new ArrayList<>();
  private final Map<Integer, SyscallStop> inside = new HashMap<>();
  private final Map<Integer, Integer> tgids = new HashMap<>();
  private final Set<Integer> early = new HashSet<>();
  private final Map<Integer, String> names = new HashMap<>();
  private boolean started;
  private int exitStatus = -1;
  private long nanos;
  private long asked;

  private TracedProgram(final FaultEvidence evidence) {
    this.evidence = evidence;
  }

  /**
   * What a run left.
   *
   * @param lines calls ({@code mmap(0x..., ...) = 0x...}) and evidence ({@code fault P0 0x... w})
   * @param nanosACall time spent in evidence, a call
   */
  record Result(
      List<String> lines,
      int exitStatus,
      String faults,
      String presence,
      long lost,
      long nanosACall,
      long calls) {
    /** The lines of evidence that begin with {@code kind}. */
    List<String> of(final String kind) {
      return lines.stream().filter(line -> line.startsWith(kind + " ")).toList();
    }
  }

  /** The C compiler, or null. */
  static @Nullable Path compiler() {
    for (final String path : List.of("/usr/bin/gcc", "/usr/bin/cc")) {
      if (Files.isExecutable(Path.of(path))) {
        return Path.of(path);
      }
    }
    return null;
  }

  /** Compiles a C program in {@code directory}. */
  static Path compile(final Path directory, final String name, final String source)
      throws IOException, InterruptedException {
    final Path file = directory.resolve(name + ".c");
    Files.writeString(file, source, StandardCharsets.US_ASCII);
    final Path program = directory.resolve(name);
    final Process process =
        new ProcessBuilder(
                String.valueOf(compiler()),
                "-O1",
                "-w",
                "-pthread",
                "-o",
                program.toString(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    final String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("the test program does not compile: " + output);
    }
    return program;
  }

  /** Whether this process may trace its children. */
  static boolean permitted() {
    try {
      return run(FaultEvidence.Sources.BEST, List.of("/bin/true")).exitStatus() == 0;
    } catch (final IllegalStateException refused) {
      return false;
    }
  }

  /** Runs the program to its end. */
  static Result run(final FaultEvidence.Sources sources, final List<String> command) {
    try (FaultEvidence evidence = FaultEvidence.open(sources)) {
      final TracedProgram traced = new TracedProgram(evidence);
      try {
        traced.runToEnd(command);
      } finally {
        traced.ptrace.close();
      }
      return new Result(
          traced.lines,
          traced.exitStatus,
          evidence.faultSource(),
          evidence.presenceSource(),
          evidence.lostFaults(),
          traced.nanos / Math.max(1, traced.asked),
          traced.asked);
    }
  }

  private void runToEnd(final List<String> command) {
    final List<byte[]> arguments = new ArrayList<>();
    for (final String word : List.of("sh", "-c", "kill -STOP $$; exec \"$@\"", "sh")) {
      arguments.add(word.getBytes(StandardCharsets.ISO_8859_1));
    }
    command.forEach(word -> arguments.add(word.getBytes(StandardCharsets.ISO_8859_1)));
    final int stub =
        (int)
            NativeCalls.posixSpawn(
                "/bin/sh".getBytes(StandardCharsets.ISO_8859_1), arguments, List.of());
    if (stub < 0) {
      throw new IllegalStateException("cannot start: errno " + -stub);
    }
    awaitStateT(stub);
    if (ptrace.seize(stub, OPTIONS) < 0) {
      NativeCalls.syscall(SystemCall.KILL, stub, 9, 0, 0, 0, 0);
      throw new IllegalStateException("tracing is not permitted");
    }
    tgids.put(stub, stub);
    name(stub);
    evidence.attach(stub);
    NativeCalls.syscall(SystemCall.KILL, stub, 18, 0, 0, 0, 0);
    while (!tgids.isEmpty()) {
      final WaitStatus status = ptrace.await(-1, WNOHANG_NOT);
      if (status.tid() <= 0) {
        return;
      }
      handle(status, stub);
    }
  }

  private static void awaitStateT(final int pid) {
    for (int i = 0; i < 2000; i++) {
      try {
        final String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        if (stat.substring(stat.lastIndexOf(')') + 2).startsWith("T")) {
          return;
        }
        Thread.sleep(1);
      } catch (final IOException | InterruptedException e) {
        throw new IllegalStateException("the stub is gone", e);
      }
    }
    throw new IllegalStateException("the stub does not stop");
  }

  private void handle(final WaitStatus status, final int stub) {
    final int tid = status.tid();
    if (!status.stopped()) {
      final Integer tgid = tgids.remove(tid);
      if (tgid != null && !tgids.containsValue(tgid)) {
        evidence.exited(tgid);
      }
      if (tid == stub) {
        exitStatus = status.exited() ? status.exitStatus() : 128 + status.killedBy();
      }
      return;
    }
    int signal = 0;
    switch (status.event()) {
      case 0 -> {
        if (status.atSystemCall()) {
          systemCall(tid);
        } else {
          signal = status.stopSignal();
        }
      }
      case Ptrace.EVENT_FORK, Ptrace.EVENT_VFORK, Ptrace.EVENT_CLONE -> born(tid, status.event());
      case Ptrace.EVENT_EXEC -> {
        started = true;
        evidence.executed(tgids.getOrDefault(tid, tid));
        lines.add("exec " + name(tid));
      }
      case Ptrace.EVENT_EXIT -> {
        final int tgid = tgids.getOrDefault(tid, tid);
        if (tgids.values().stream().filter(t -> t == tgid).count() == 1) {
          evidence.exiting(tgid, this::take);
          lines.add("exit " + name(tgid));
        }
      }
      case Ptrace.EVENT_STOP -> {
        if (!tgids.containsKey(tid)) {
          early.add(tid); // told of before its parent's event: wait for that
          return;
        }
        if (status.stopSignal() != SIGTRAP && status.stopSignal() != SIGSTOP) {
          ptrace.listen(tid);
          return;
        }
      }
      default -> {}
    }
    ptrace.resumeToSystemCall(tid, signal);
  }

  private void born(final int parent, final int event) {
    final int child = (int) ptrace.eventMessage(parent);
    final int parentTgid = tgids.getOrDefault(parent, parent);
    final int childTgid = tgidOf(child);
    tgids.put(child, childTgid);
    if (childTgid == child) {
      final boolean shares = event == Ptrace.EVENT_VFORK;
      name(child);
      evidence.forked(parentTgid, child, shares, this::take);
      lines.add("fork " + name(parentTgid) + " " + name(child));
    }
    if (early.remove(child)) {
      ptrace.resumeToSystemCall(child, 0);
    }
  }

  private static int tgidOf(final int tid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + tid + "/status"), StandardCharsets.ISO_8859_1)
          .stream()
          .filter(line -> line.startsWith("Tgid:"))
          .map(line -> Integer.parseInt(line.substring(5).strip()))
          .findFirst()
          .orElse(tid);
    } catch (final IOException gone) {
      return tid;
    }
  }

  private void systemCall(final int tid) {
    final SyscallStop stop = ptrace.systemCall(tid);
    final int tgid = tgids.getOrDefault(tid, tid);
    if (stop.kind() == SyscallStop.Kind.ENTRY) {
      inside.put(tid, stop);
      final SystemCall call = SyscallNumbers.host().call(stop.number());
      if (started && call != null && ASKED.contains(call)) {
        final long begin = System.nanoTime();
        evidence.beforeCall(tgid, call, stop.arguments(), this::take);
        nanos += System.nanoTime() - begin;
        asked++;
      }
    } else if (stop.kind() == SyscallStop.Kind.EXIT) {
      final SyscallStop entry = inside.remove(tid);
      final SystemCall call = entry == null ? null : SyscallNumbers.host().call(entry.number());
      if (started && entry != null && call != null && ASKED.contains(call)) {
        final long begin = System.nanoTime();
        evidence.afterCall(tgid, call, entry.arguments(), stop.result(), this::take);
        nanos += System.nanoTime() - begin;
        lines.add(
            call.callName()
                + " "
                + name(tgid)
                + " "
                + String.join(
                    ",", Arrays.stream(entry.arguments()).mapToObj(Long::toHexString).toList())
                + " = "
                + Long.toHexString(stop.result()));
      }
    }
  }

  private void take(final String comment) {
    final String[] words = comment.substring("# vmarea ".length()).split(" ", 3);
    lines.add(words[0] + " " + name(Integer.parseInt(words[1])) + " " + words[2]);
  }

  private String name(final int pid) {
    return names.computeIfAbsent(pid, key -> "P" + names.size());
  }
}
