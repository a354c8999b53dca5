// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.replay.Recording;
import dev.vmarea.trace.replay.Replay;
import dev.vmarea.trace.replay.ReplayReport;
import dev.vmarea.trace.replay.ReplaySettings;
import dev.vmarea.trace.strace.StraceProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replays a recording or a log; the one path behind {@code run} and {@code replay}. */
final class Replayer {
  private final Console console;
  private final ReplayOptions options;
  private ReplaySettings.@Nullable StartingMap start;
  private @Nullable List<MapsEntry> expected;

  Replayer(Console console, ReplayOptions options) {
    this.console = console;
    this.options = options;
  }

  /** Uses these maps instead of a recording's own; either may be null. */
  void useMaps(@Nullable Path from, @Nullable Path expect) throws IOException {
    start = from == null ? null : ReplaySettings.StartingMap.read(from);
    expected = expect == null ? null : ReplaySettings.readMap(expect);
  }

  /** Replays the recording in {@code directory}. */
  Replayed recording(Path directory) throws IOException {
    Recording recording = Recording.open(directory);
    ReplaySettings settings = recording.settings(options.profile());
    Path trace = recording.trace();
    return replay(
        Files.newInputStream(trace), Files.size(trace), trace.toString(), settings, recording);
  }

  /** Replays a log in a file. */
  Replayed log(Path file) throws IOException {
    return replay(
        Files.newInputStream(file), Files.size(file), file.toString(), logSettings(), null);
  }

  /** Replays a log from a stream, and closes it. */
  Replayed log(InputStream in, String name) throws IOException {
    return replay(in, 0, name, logSettings(), null);
  }

  private ReplaySettings logSettings() {
    List<String> notes = new ArrayList<>();
    Profile profile = options.profile();
    if (profile == null) {
      profile = Profile.LINUX_6_18;
      notes.add(
          "A log does not tell the kernel it comes from; "
              + profile.name()
              + " in a common configuration is assumed.");
    }
    return ReplaySettings.of(KernelConfig.standard(), profile).withNotes(notes);
  }

  private Replayed replay(
      InputStream in, long size, String name, ReplaySettings given, @Nullable Recording recording)
      throws IOException {
    ReplaySettings settings = given.withMaxDivergences(options.maxDivergences());
    if (start != null) {
      settings = settings.withStart(start);
    }
    if (expected != null) {
      settings = settings.withExpected(expected);
    }
    List<StraceProblem> problems = new ArrayList<>();
    ReplayReport report;
    try (InputStream watched = new Progress(in, console, "replaying", size)) {
      report =
          Replay.run(
              watched,
              name,
              settings,
              problem -> {
                if (problems.size() < Replayed.MAX_PROBLEMS) {
                  problems.add(problem);
                }
              });
    }
    Replayed replayed =
        new Replayed(
            recording == null ? name : recording.directory().toString(),
            recording,
            settings.profile().name(),
            report,
            problems);
    requireCalls(replayed);
    return replayed;
  }

  /** A file without one call is no log: say so instead of finding nothing to compare in it. */
  private static void requireCalls(Replayed replayed) {
    if (replayed.report().calls() > 0) {
      return;
    }
    String message = replayed.source() + ": no system call in it that could be replayed";
    if (!replayed.problems().isEmpty()) {
      StraceProblem first = replayed.problems().getFirst();
      message = first + "\n" + message;
    }
    throw CliException.usage(message + " (what is expected is the output of strace -f)");
  }
}
