// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.base.Profile;
import dev.vmarea.trace.json.JsonException;
import dev.vmarea.trace.json.JsonReader;
import dev.vmarea.trace.json.JsonValue;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import dev.vmarea.trace.procmaps.MapsFile;
import dev.vmarea.trace.procmaps.SmapsFile;
import dev.vmarea.trace.strace.StraceProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A directory written by the recorder: {@code trace.strace} (possibly {@code .gz}), {@code
 * meta.json}, and the first process's maps {@code start.*} and {@code final.*}. Only the trace must
 * be there; what else is missing makes the replay know less.
 *
 * @param directory where it is
 * @param trace the log
 * @param kernel release of the recorded kernel, or empty
 * @param config its configuration; as on a common machine where the recording does not tell
 * @param configKnown whether the recording tells the configuration
 * @param command the program and its arguments, as bytes in ISO-8859-1
 * @param exitStatus the first process's exit status, or null if it did not exit
 * @param signal the signal that killed it, or null
 * @param redacted whether file names were replaced
 * @param notes what the recorder had to say of it, a sentence each
 */
public record Recording(
    Path directory,
    Path trace,
    String kernel,
    KernelConfig config,
    boolean configKnown,
    List<String> command,
    @Nullable Integer exitStatus,
    @Nullable String signal,
    boolean redacted,
    List<String> notes) {

  private static final long MAX_META_BYTES = 1 << 20;

  public Recording {
    command = List.copyOf(command);
    notes = List.copyOf(notes);
  }

  /** Whether {@code path} looks like a recording: a directory that holds a trace. */
  public static boolean isRecording(Path path) {
    return Files.isDirectory(path) && traceIn(path) != null;
  }

  /**
   * Opens the recording in {@code directory}.
   *
   * @throws RecordingException if it holds no trace, or meta.json is not what it should be
   */
  public static Recording open(Path directory) throws IOException {
    Path trace = traceIn(directory);
    if (trace == null) {
      throw new RecordingException(directory + ": not a recording (no trace.strace in it)");
    }
    Path file = directory.resolve("meta.json");
    try {
      JsonObject meta = Files.exists(file) ? meta(file) : new JsonObject(Map.of());
      List<String> command = new ArrayList<>();
      for (JsonValue argument : meta.array("command")) {
        command.add(argument.asText("command"));
      }
      JsonValue status = meta.get("exitStatus");
      return new Recording(
          directory,
          trace,
          meta.text("kernel", ""),
          ConfigText.read(meta.object("config")),
          meta.get("config") != null,
          command,
          status == null ? null : (int) status.asLong("exitStatus"),
          signal(meta.get("signal")),
          meta.bool("redacted", false),
          recorderNotes(meta));
    } catch (JsonException e) {
      throw new RecordingException(file + ": " + e.getMessage());
    }
  }

  private static List<String> recorderNotes(JsonObject meta) throws JsonException {
    List<String> notes = new ArrayList<>();
    for (JsonValue note : meta.array("notes")) {
      notes.add("While it was recorded: " + note.asText("notes") + ".");
    }
    String limitation = meta.object("evidence").text("limitation", "");
    if (!limitation.isEmpty()) {
      notes.add("Evidence: " + limitation + ".");
    }
    return notes;
  }

  private static @Nullable String signal(@Nullable JsonValue value) throws JsonException {
    if (value instanceof JsonValue.JsonNumber number) {
      return number.text().equals("0") ? null : number.text();
    }
    return value == null ? null : value.asText("signal");
  }

  private static @Nullable Path traceIn(Path directory) {
    for (String name : List.of("trace.strace", "trace.strace.gz")) {
      Path trace = directory.resolve(name);
      if (Files.isRegularFile(trace)) {
        return trace;
      }
    }
    return null;
  }

  private static JsonObject meta(Path file) throws IOException, JsonException {
    if (Files.size(file) > MAX_META_BYTES) {
      throw new RecordingException(file + ": larger than " + MAX_META_BYTES + " bytes");
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    JsonObject meta = JsonReader.read(text).asObject("the file");
    long schema = meta.number("schema", 1);
    if (schema != 1) {
      throw new RecordingException(file + ": schema " + schema + " is not known, only 1 is");
    }
    return meta;
  }

  /**
   * What to replay it with: the recorded kernel's configuration and the nearest profile, the maps
   * that are there.
   *
   * @param profile the profile to use instead, or null
   */
  public ReplaySettings settings(@Nullable Profile profile) throws IOException {
    Profile.Choice choice = Profile.forRelease(kernel);
    List<String> notes = new ArrayList<>(this.notes);
    if (profile == null && !choice.exact()) {
      notes.add(
          (kernel.isEmpty()
                  ? "The recording does not tell its kernel"
                  : "There is no profile for kernel " + kernel)
              + "; the nearest one is used, "
              + choice.profile().name()
              + ".");
      choice.differences().forEach(known -> notes.add("Known difference, " + known + "."));
    }
    if (!configKnown) {
      notes.add("The recording does not tell the kernel's configuration; a common one is assumed.");
    }
    ReplaySettings settings =
        ReplaySettings.of(config, profile == null ? choice.profile() : profile).withNotes(notes);
    Path smaps = directory.resolve("start.smaps");
    Path maps = directory.resolve("start.maps");
    if (Files.isRegularFile(smaps)) {
      settings = settings.withStart(ReplaySettings.StartingMap.ofSmaps(SmapsFile.read(smaps)));
    } else if (Files.isRegularFile(maps)) {
      settings = settings.withStart(ReplaySettings.StartingMap.ofMaps(MapsFile.read(maps)));
    }
    Path last = directory.resolve("final.maps");
    return Files.isRegularFile(last) ? settings.withExpected(MapsFile.read(last)) : settings;
  }

  /**
   * Replays it.
   *
   * @param profile the profile to use instead of the recorded kernel's, or null
   * @param problems told of lines that are not understood
   */
  public ReplayReport replay(@Nullable Profile profile, Consumer<? super StraceProblem> problems)
      throws IOException {
    return Replay.run(trace, settings(profile), problems);
  }
}
