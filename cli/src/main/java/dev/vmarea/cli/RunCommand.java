// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.recorder.RecordRequest;
import dev.vmarea.host.recorder.Recorder;
import dev.vmarea.host.recorder.RecordingException;
import dev.vmarea.host.recorder.RecordingResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vmarea run -- CMD}: record into a directory, replay it, report. */
@Command(
    name = "run",
    sortOptions = false,
    customSynopsis = "vmarea run [OPTIONS] [--] CMD [ARGUMENTS]",
    description = {
      "Runs a program, records every memory call of it and its children, replays them in a model"
          + " of Linux's memory mapping, and compares the model's final map with the kernel's.",
      "The program keeps its input, output, terminal and signals. The report follows its output."
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  vmarea run -- ls -l /",
      "  vmarea run -- bash -c 'sort /etc/passwd | head -n 3'",
      "  vmarea run --save ls.rec -- ls -l /",
      "  vmarea replay ls.rec                          the same again, without ls",
      "  vmarea run --save out.rec --redact -- make    no file names, to pass on",
      "  vmarea run --touch -- ls -l /                 pages, too: Rss and Anonymous of each area",
      "  vmarea run --json -- true | tail -n 1         one JSON object",
      "",
      "Exit status: 0 identical, or nothing to compare (the report says which); 1 a result or a"
          + " map differs; 2 no such program; 3 tracing is not permitted here."
    })
final class RunCommand implements Callable<Integer> {
  private static final int SIGNALLED = 128;

  private final Console console;

  @Parameters(
      paramLabel = "CMD",
      hideParamSyntax = true,
      arity = "0..*",
      description = "The program and its arguments.")
  private List<String> command = List.of();

  @Option(
      names = "--save",
      paramLabel = "DIR",
      description = "Keep the recording in this directory, which must be new or empty.")
  private @Nullable Path save;

  @Option(
      names = "--redact",
      description = "Replace file names in the recording: the same name by the same number.")
  private boolean redact;

  @Option(
      names = "--pass-status",
      description =
          "End with the program's exit status (128 + N for signal N) instead of vmarea's.")
  private boolean passStatus;

  @Option(
      names = "--no-filter",
      description = "Stop the program at every system call: slower, but without a seccomp filter.")
  private boolean noFilter;

  @Option(
      names = "--max-threads",
      paramLabel = "N",
      description = "Threads followed at a time (default: 4096); more end the recording.")
  private int maxThreads = RecordRequest.DEFAULT_MAX_THREADS;

  @Option(
      names = "--orphans",
      paramLabel = "SECONDS",
      description =
          "How long to follow processes that outlive the program; without it, to their end.")
  private @Nullable Integer orphanSeconds;

  @Mixin private final ReplayOptions options = new ReplayOptions();
  @Mixin private final CommonOptions common = new CommonOptions();

  RunCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    // A bad profile should not show after the program has run.
    options.profile();
    options.maxDivergences();
    console.out().flush();
    try (RecordingPlace place = RecordingPlace.of(save)) {
      RecordingResult result = record(place.path());
      return report(result, place.path());
    }
  }

  private void check() {
    if (command.isEmpty()) {
      throw CliException.usage("nothing to run\nFor example: vmarea run -- ls -l /");
    }
    if (maxThreads < 1) {
      throw CliException.usage("--max-threads " + maxThreads + ": at least 1, please");
    }
    if (orphanSeconds != null && orphanSeconds < 0) {
      throw CliException.usage("--orphans " + orphanSeconds + ": not less than 0, please");
    }
  }

  private RecordingResult record(Path directory) throws IOException, InterruptedException {
    Integer seconds = orphanSeconds;
    RecordRequest request =
        RecordRequest.of(CommandBytes.of(command), directory)
            .withRedact(redact)
            .withFilter(!noFilter)
            .withMaxThreads(maxThreads)
            .withEveryFault(options.touch())
            .withOrphanLimit(seconds == null ? null : Duration.ofSeconds(seconds));
    try {
      return Recorder.record(request);
    } catch (RecordingException e) {
      throw failure(e);
    } catch (DirectoryNotEmptyException e) {
      throw CliException.usage(
          "--save " + ShellWords.word(e.getFile()) + ": the directory is not empty");
    }
  }

  private static CliException failure(RecordingException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e) {
      case RecordingException.CommandUnusable _ ->
          CliException.usage(
              message
                  + "\nThe name is looked up as a shell does it; built-ins, aliases and pipes need"
                  + " a shell: vmarea run -- sh -c 'COMMAND'");
      case RecordingException.TracingRefused _ ->
          CliException.host(
              message.replaceFirst("\\. ", ".\n"), "So can a recording: vmarea replay DIR");
      case RecordingException.LimitExceeded _ ->
          CliException.host(message, "The bound can be raised: --max-threads N");
    };
  }

  private int report(RecordingResult result, Path directory) throws IOException {
    Replayed replayed = new Replayer(console, options).recording(directory);
    Warnings.print(replayed, console);
    // The program's last line may not have ended.
    console.out().println();
    if (common.json()) {
      console.out().println(JsonReport.of(replayed));
    } else {
      Path saved = save;
      TextReport.onOutput(console, options)
          .print(
              replayed,
              NextSteps.afterRun(replayed, words(), saved == null ? null : saved.toString()));
    }
    return passStatus ? programStatus(result) : replayed.exitCode();
  }

  /** The command's words as bytes in ISO-8859-1. */
  private List<String> words() throws IOException {
    return CommandBytes.of(command).stream()
        .map(word -> new String(word, StandardCharsets.ISO_8859_1))
        .toList();
  }

  private static int programStatus(RecordingResult result) {
    return result.exitStatus().orElse(SIGNALLED + result.signal().orElse(0));
  }
}
