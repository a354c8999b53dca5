// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.fuzz.Campaign;
import dev.vmarea.host.fuzz.Divergence;
import dev.vmarea.host.fuzz.Finding;
import dev.vmarea.host.fuzz.HostException;
import dev.vmarea.host.fuzz.Progress;
import dev.vmarea.host.fuzz.Repeat;
import dev.vmarea.host.fuzz.ResultsFolder;
import dev.vmarea.host.fuzz.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vmarea fuzz}: random calls on the model and on the kernel. */
@Command(
    name = "fuzz",
    sortOptions = false,
    description = {
      "Makes random memory calls, loads and stores in a real process and in the model, and compares"
          + " everything after each: results, signals, /proc/PID/maps byte for byte, the VmFlags of"
          + " smaps and its counters of pages, VmSize, VmData, VmStk and VmLck. What differs is"
          + " shrunk to a few calls and written as a log that vmarea replay reads.",
      "The process is a tiny program without libraries, driven through ptrace. Nothing is left"
          + " behind on the host, also after Ctrl-C. While it runs, and if nobody else uses them,"
          + " root sets the number of huge pages, unless --no-huge-pages is given."
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  vmarea fuzz --seconds 30",
      "  vmarea fuzz --calls 2000000 --workers 2 --results results",
      "  vmarea fuzz --results results --resume --seconds 600",
      "  vmarea fuzz --results results --merge /mnt/other-machine/results",
      "",
      "Exit status: 0 nothing differed, 1 something did, 2 bad usage, 3 the host permits no ptrace."
    })
final class FuzzCommand implements Callable<Integer> {
  private static final long DEFAULT_SECONDS = 60;
  private static final int DEFAULT_STEPS = 100;

  private final Console console;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "End after N seconds (default: 60, unless --calls is given).")
  private long seconds;

  @Option(names = "--calls", paramLabel = "N", description = "End after N calls.")
  private long calls;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the first sequence (default: 1); the others count from there.")
  private @Nullable Long seed;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads, each with a model and a process of its own (default: 1).")
  private int workers = 1;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Calls in a sequence, at most (default: 100).")
  private int steps = DEFAULT_STEPS;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description =
          "Keep what covered something new, what differed, and the figures in DIR; what is there"
              + " already runs first.")
  private @Nullable Path results;

  @Option(names = "--resume", description = "Go on with the first seed that DIR has not seen.")
  private boolean resume;

  @Option(
      names = "--merge",
      paramLabel = "OTHER",
      description = "Only take the results in the folder OTHER into DIR.")
  private @Nullable Path merge;

  @Option(
      names = "--stop-after",
      paramLabel = "N",
      description = "End after N differences (default: 1).")
  private int stopAfter = 1;

  @Option(
      names = "--repeat",
      paramLabel = "FILE",
      description =
          "Only run the calls in FILE again, which a corpus or a difference left (NAME.calls), and"
              + " write them as a log NAME.calls.strace.")
  private @Nullable Path repeat;

  @Option(
      names = "--c",
      paramLabel = "FILE",
      description = "Write the first difference as a C program that makes the same calls.")
  private @Nullable Path program;

  @Option(
      names = "--unguided",
      description = "Only fresh sequences; none carries on what covered something new.")
  private boolean unguided;

  @Option(
      names = "--no-huge-pages",
      description =
          "Leave vm.nr_hugepages and vm.nr_overcommit_hugepages alone, and huge pages of hugetlb"
              + " out.")
  private boolean noHugePages;

  @Option(
      names = "--self-test",
      hidden = true,
      description = "Put faults whose place or rule has a match, and see that they are found.",
      paramLabel = "REGEX")
  private @Nullable Pattern selfTest;

  @Mixin private final CommonOptions common = new CommonOptions();

  FuzzCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    Path folder = results;
    Path other = merge;
    if (other != null && folder != null) {
      int files = new ResultsFolder(folder).merge(other);
      console.out().println(files + " new files from " + Console.printable(other.toString()));
      return ExitCode.OK;
    }
    try {
      Path again = repeat;
      if (again != null) {
        return repeat(again);
      }
      Pattern faults = selfTest;
      if (faults != null) {
        return new FuzzSelfTest(console, common.json())
            .run(seconds == 0 ? DEFAULT_SECONDS : seconds, firstSeed(), faults);
      }
      return report(campaign());
    } catch (HostException e) {
      throw CliException.host(
          String.valueOf(e.getMessage()).replaceFirst("\\. ", ".\n"),
          "The model alone can be tried without it: vmarea replay");
    }
  }

  private int repeat(Path file) throws IOException, InterruptedException {
    Finding finding = Repeat.of(file);
    Path script = Path.of(file + ".strace");
    Files.writeString(script, finding.strace(), StandardCharsets.ISO_8859_1);
    Path source = program;
    if (source != null) {
      Files.writeString(source, finding.program(), StandardCharsets.ISO_8859_1);
    }
    boolean same = finding.difference().isEmpty();
    console.out().println(same ? "Nothing differed" : "Model and kernel differ");
    finding.difference().lines().forEach(l -> console.out().println(Console.printable(l)));
    console.out().println("vmarea replay " + Console.printable(ShellWords.word(script.toString())));
    return same ? ExitCode.OK : ExitCode.FINDING;
  }

  private void check() {
    atLeast("--seconds", seconds, 0);
    atLeast("--calls", calls, 0);
    atLeast("--workers", workers, 1);
    atLeast("--steps", steps, 1);
    atLeast("--stop-after", stopAfter, 1);
    if (results == null && (resume || merge != null)) {
      throw CliException.usage((resume ? "--resume" : "--merge") + " needs --results DIR");
    }
  }

  private static void atLeast(String option, long value, long least) {
    if (value < least) {
      throw CliException.usage(option + " " + value + ": at least " + least + ", please");
    }
  }

  private long firstSeed() throws IOException {
    Long given = seed;
    Path folder = results;
    if (given != null) {
      return given;
    }
    return resume && folder != null ? new ResultsFolder(folder).nextSeed() : 1;
  }

  private Progress campaign() throws IOException, InterruptedException {
    long limit = seconds == 0 && calls == 0 ? DEFAULT_SECONDS : seconds;
    Campaign campaign =
        new Campaign(
            new Settings(
                limit,
                calls,
                firstSeed(),
                workers,
                steps,
                results,
                stopAfter,
                !unguided,
                !noHugePages));
    CountDownLatch done = new CountDownLatch(1);
    Thread atCtrlC =
        new Thread(() -> {
          campaign.stop();
          try {
            done.await(5, TimeUnit.SECONDS); // the results folder is written then
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Runtime.getRuntime().addShutdownHook(atCtrlC);
    FuzzStatus status = new FuzzStatus(console);
    try {
      return campaign.run(status::show);
    } finally {
      status.clear();
      done.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(atCtrlC);
      } catch (IllegalStateException ending) {
        // Ctrl-C was pressed
      }
    }
  }

  private int report(Progress progress) throws IOException {
    Path[] scripts = new Path[progress.divergences().size()];
    for (int i = 0; i < scripts.length; i++) {
      scripts[i] = script(progress.divergences().get(i));
    }
    Path source = program;
    if (source != null && scripts.length > 0) {
      Files.writeString(
          source,
          progress.divergences().getFirst().finding().program(),
          StandardCharsets.ISO_8859_1);
    }
    if (common.json()) {
      console.out().println(FuzzJson.of(progress, scripts));
    } else {
      new FuzzText(console).print(progress, scripts);
    }
    return scripts.length > 0 || !progress.changedSettings().isEmpty()
        ? ExitCode.FINDING
        : ExitCode.OK;
  }

  /** Where the log of a difference is; without a results folder, in the current directory. */
  private static Path script(Divergence divergence) throws IOException {
    Path known = divergence.script();
    if (known != null) {
      return known;
    }
    Path made =
        Path.of("vmarea-fuzz-" + Long.toUnsignedString(divergence.order().seed()) + ".strace");
    Files.writeString(made, divergence.finding().strace(), StandardCharsets.ISO_8859_1);
    return made;
  }
}
