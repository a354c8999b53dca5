// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.trace.evidence.DeviceDeclaration;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Replays a recording or a log; the one path behind every verb that does. */
final class Replayer {
  private final Console console;
  private final @Nullable Profile profile;
  private final int maxDivergences;
  private ReplaySettings.@Nullable StartingMap start;
  private @Nullable List<MapsEntry> expected;
  private List<DeviceDeclaration> devices = List.of();
  private MountPlan mounts = MountPlan.EMPTY;
  private Map<String, String> variants = Map.of();
  private boolean pageTables;
  private boolean touch;

  Replayer(Console console, ReplayOptions options) {
    this(console, options.profile(), options.maxDivergences());
    touch = options.touch();
  }

  /**
   * A replayer.
   *
   * @param profile the profile to use, or null
   * @param maxDivergences divergences to keep
   */
  Replayer(Console console, @Nullable Profile profile, int maxDivergences) {
    this.console = console;
    this.profile = profile;
    this.maxDivergences = maxDivergences;
  }

  /** Lets the log open these devices. */
  void useDevices(List<DeviceDeclaration> declared) {
    devices = declared;
  }

  /** Lets the log open these users of the series. */
  void useMounts(MountOptions options) throws IOException {
    mounts = options.plan();
    variants = options.variants();
  }

  /** Has page tables in the report. */
  void showPageTables() {
    pageTables = true;
  }

  /** Uses these maps instead of a recording's own; either may be null. */
  void useMaps(@Nullable Path from, @Nullable Path expect) throws IOException {
    start = from == null ? null : ReplaySettings.StartingMap.read(from);
    expected = expect == null ? null : ReplaySettings.readMap(expect);
  }

  /** Replays the recording in {@code directory}. */
  Replayed recording(Path directory) throws IOException {
    Recording recording = Recording.open(directory);
    ReplaySettings settings = recording.settings(profile);
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
    Profile asked = profile;
    return asked == null
        ? ReplaySettings.ofUnknownKernel()
        : ReplaySettings.of(KernelConfig.standard(), asked);
  }

  private Replayed replay(
      InputStream in, long size, String name, ReplaySettings given, @Nullable Recording recording)
      throws IOException {
    ReplaySettings settings = given.withMaxDivergences(maxDivergences).withDevices(devices);
    settings = settings.withMounts(mounts).withVariants(variants);
    if (pageTables) {
      settings = settings.withPageTables();
    }
    if (touch) {
      settings = settings.withTouch();
    }
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
