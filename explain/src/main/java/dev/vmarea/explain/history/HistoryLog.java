// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.explain.history;

import dev.vmarea.explain.snapshot.Detail;
import dev.vmarea.explain.snapshot.SnapshotOrigin;
import dev.vmarea.trace.replay.Recording;
import dev.vmarea.trace.replay.RecordingException;
import dev.vmarea.trace.replay.Replay;
import dev.vmarea.trace.replay.ReplayFollower;
import dev.vmarea.trace.replay.ReplayReport;
import dev.vmarea.trace.replay.ReplaySettings;
import dev.vmarea.trace.replay.ReplaySettings.StartingMap;
import dev.vmarea.trace.strace.StraceProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log that has been replayed once, so that it is known which memories it has and which of them is
 * asked for. Each further question replays it again, in memory that does not depend on its length.
 * Immutable.
 */
public final class HistoryLog {
  private final Path trace;
  private final String kernel;
  private final ReplaySettings settings;
  private final Moment moment;
  private final List<MemoryOutline> memories;
  private final MemoryOutline wanted;
  private final List<String> notes;
  private final boolean script;

  private HistoryLog(
      Path trace,
      String kernel,
      ReplaySettings settings,
      Moment moment,
      List<MemoryOutline> memories,
      MemoryOutline wanted,
      List<String> notes,
      boolean script) {
    this.script = script;
    this.trace = trace;
    this.kernel = kernel;
    this.settings = settings;
    this.moment = moment;
    this.memories = memories;
    this.wanted = wanted;
    this.notes = List.copyOf(notes);
  }

  /**
   * Replays a log, or a recording, to see what is in it.
   *
   * @param path a log as strace writes it, plain or gzip, or a directory that the recorder wrote
   * @param problems told of lines that are not understood
   * @throws RecordingException if it tells no memory of a process, or not that of the one asked for
   * @throws IOException if it cannot be read
   */
  public static HistoryLog open(
      Path path, HistoryRequest request, Consumer<? super StraceProblem> problems)
      throws IOException {
    Recording recording = Recording.isRecording(path) ? Recording.open(path) : null;
    Path trace = recording == null ? path : recording.trace();
    String kernel = recording == null ? "" : recording.kernel();
    ReplaySettings settings = request.settings();
    List<String> notes = new ArrayList<>();
    if (settings == null) {
      settings =
          recording == null
              ? ReplaySettings.ofUnknownKernel()
              : recording.settings(request.profile());
    }
    if (request.profile() != null) {
      settings = settings.withProfile(request.profile());
    }
    OutlineFollower outline = new OutlineFollower();
    ReplayReport report = Replay.run(trace, settings.withFollower(outline), problems);
    if (settings.start() == null && report.skippedCalls() > 0 && outline.memories().isEmpty()) {
      // A log of strace alone: better without what the program began with than not at all.
      settings = settings.withStart(StartingMap.ofMaps(List.of()));
      outline = new OutlineFollower();
      report = Replay.run(trace, settings.withFollower(outline), problem -> {});
      notes.add(
          "The log does not tell what the program began with; it is taken to begin with nothing"
              + " mapped, and what execve mapped is not in the numbers.");
    }
    notes.addAll(report.notes());
    if (report.divergenceCount() > 0) {
      notes.add(
          report.divergenceCount()
              + " calls came out otherwise in the model than in the log, the first one in line "
              + report.divergences().getFirst().line()
              + "; after each the model was made what the log says, but which areas had merged"
              + " before may differ.");
    }
    return new HistoryLog(
        trace,
        kernel,
        settings,
        request.moment(),
        outline.memories(),
        choose(outline.memories(), request, trace),
        notes,
        report.script());
  }

  private static MemoryOutline choose(
      List<MemoryOutline> memories, HistoryRequest request, Path trace) throws RecordingException {
    List<MemoryOutline> candidates = memories;
    if (request.pid().isPresent()) {
      int pid = request.pid().getAsInt();
      candidates = memories.stream().filter(memory -> memory.pid() == pid).toList();
      if (candidates.isEmpty()) {
        throw new RecordingException(
            trace + ": the memory of process " + pid + " is not in the log");
      }
    }
    // Of equals the one with more calls: what a child that did nothing has is its parent's.
    return candidates.stream()
        .max(
            Comparator.comparingInt(MemoryOutline::peakVmas)
                .thenComparingLong(MemoryOutline::calls))
        .orElseThrow(
            () -> new RecordingException(trace + ": no memory of a process is in the log"));
  }

  /** All memories of the log, in the order in which they ended. */
  public List<MemoryOutline> memories() {
    return memories;
  }

  /** The memory asked for. */
  public MemoryOutline wanted() {
    return wanted;
  }

  /** Whether it is a script that mounts users of the model or has devices. */
  public boolean isScript() {
    return script;
  }

  /** The moment asked for. */
  public Moment moment() {
    return moment;
  }

  /** What it is replayed with. */
  public ReplaySettings settings() {
    return settings;
  }

  /** What a reader of anything about it has to know, a sentence each. */
  public List<String> notes() {
    return notes;
  }

  /** The numbers of the memory asked for and of those that it descends from by fork. */
  public Set<Integer> ancestry() {
    Set<Integer> numbers = new HashSet<>();
    int next = wanted.number();
    while (next >= 0 && numbers.add(next)) {
      next = parent(next);
    }
    return numbers;
  }

  private int parent(int number) {
    for (MemoryOutline memory : memories) {
      if (memory.number() == number) {
        return memory.parent();
      }
    }
    return -1;
  }

  /** Replays it once more with a follower. */
  public ReplayReport replay(ReplayFollower follower) throws IOException {
    return Replay.run(trace, settings.withFollower(follower), problem -> {});
  }

  /** Explains the memory asked for at the moment asked for. */
  public History history() throws IOException {
    SnapshotOrigin origin =
        SnapshotOrigin.of(trace.toString(), Detail.MODEL)
            .of(kernel, wanted.command(), settings.config().maxMapCount());
    for (String note : notes) {
      origin = origin.noting(note);
    }
    HistoryFollower follower =
        new HistoryFollower(wanted, ancestry(), moment, origin, settings.profile());
    replay(follower);
    @Nullable CapturedMoment captured = follower.captured();
    if (captured == null) {
      throw new RecordingException(trace + ": changed while it was read");
    }
    return new History(wanted, moment, settings.profile(), captured, notes);
  }
}
