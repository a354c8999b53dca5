// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.explain.Explainer;
import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.cause.Estimates;
import dev.vmarea.explain.history.History;
import dev.vmarea.explain.history.HistoryLog;
import dev.vmarea.explain.history.HistoryRequest;
import dev.vmarea.explain.history.Moment;
import dev.vmarea.explain.whatif.WhatIf;
import dev.vmarea.explain.whatif.WhatIfs;
import dev.vmarea.trace.replay.RecordingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vmarea explain PID|FILE|DIR}. */
@Command(
    name = "explain",
    sortOptions = false,
    description = {
      "Why an address space has so many mappings, and what would remove them: the reason for every"
          + " boundary, in groups, with the smallest change that would let the areas merge.",
      "Reads a living process (without stopping it), a saved smaps or maps file, a log of strace,"
          + " or a recording of vmarea run. Only the last two have a history: which call made each"
          + " boundary, and what-ifs that are computed, not estimated. See docs/explain.md."
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  vmarea explain 1234                          a process of this machine",
      "  cat /proc/1234/smaps > app.smaps; vmarea explain app.smaps",
      "  vmarea explain app.rec                       a recording, with its history",
      "  vmarea explain 1234 --boundary 0x7f12345000  two VMAs side by side",
      "  vmarea explain app.rec --what-if guard-regions",
      "  vmarea explain 1234 --markdown               for a ticket",
      "  vmarea explain 1234 --watch                  again every second",
      "  vmarea explain --fleet snapshots/ --csv fleet.csv",
      "",
      "Exit status: 0 explained, 2 bad usage or unreadable, 3 no /proc on this system."
    })
final class ExplainCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "PID|FILE|DIR",
      arity = "0..*",
      description =
          "A process, an smaps or maps file (- for standard input), a log of strace (may be gzip),"
              + " or a recording. A file whose name is a number: ./123.")
  private List<String> sources = new ArrayList<>();

  @Option(
      names = "--boundary",
      paramLabel = "ADDR",
      description = "The two VMAs at this address, attribute by attribute.")
  private @Nullable String boundary;

  @Option(names = "--all", description = "Every boundary, one line each.")
  private boolean all;

  @Option(names = "--markdown", description = "For a ticket.")
  private boolean markdown;

  @Option(
      names = "--what-if",
      paramLabel = "CHANGE",
      description =
          "How many VMAs there would be: with guard-regions, in-order, one-protection,"
              + " same-flags=XX (as in smaps, such as hg), one-file, anonymous-buffers; or"
              + " max-map-count=N: which call fails first. May be repeated. Computed from a history,"
              + " estimated from a snapshot.")
  private List<String> whatIfs = new ArrayList<>();

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description = "Of a log: this process (default: the one that had most VMAs).")
  private @Nullable Integer pid;

  @Option(names = "--peak", description = "Of a log: when there were most VMAs, not the end.")
  private boolean peak;

  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "1",
      description = "A living process again, every SECONDS (default: 1), with its growth.")
  private @Nullable Double watch;

  @Option(
      names = "--looks",
      paramLabel = "N",
      description = "With --watch: end after so many looks.")
  private int looks;

  @Option(
      names = "--fleet",
      description = "Many snapshots, in files and folders: one summary, the worst first.")
  private boolean fleet;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "With --fleet: a row for each snapshot, as comma-separated values.")
  private @Nullable Path csv;

  @Option(
      names = "--json-lines",
      paramLabel = "FILE",
      description = "With --fleet: the same, as one JSON object a line.")
  private @Nullable Path jsonLines;

  @Mixin private final ProfileOption profile = new ProfileOption();
  @Mixin private final CommonOptions common = new CommonOptions();

  ExplainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (fleet) {
      if (sources.isEmpty()) {
        throw CliException.usage("--fleet: which files or folders?");
      }
      return new ExplainFleet(console, profile.profile())
          .run(sources, csv, jsonLines, common.json());
    }
    if (csv != null || jsonLines != null) {
      throw CliException.usage("--csv and --json-lines: only with --fleet");
    }
    if (sources.size() != 1) {
      throw CliException.usage("one PID, FILE or DIR, please: vmarea explain --help");
    }
    Double seconds = watch;
    if (seconds != null) {
      if (!sources.getFirst().matches("[0-9]+") || seconds < 0.05) {
        throw CliException.usage("--watch: a process, please, and at least 0.05 seconds");
      }
      return new ExplainWatch(console, profile.profile()).run(sources.getFirst(), seconds, looks);
    }
    Explained explained = explained(sources.getFirst());
    String address = boundary;
    if (address != null) {
      int at = BoundaryText.find(explained.explanation(), address(address));
      new BoundaryText(page()).print(explained, at);
    } else if (common.json()) {
      console.out().println(ExplainJson.of(explained, all));
    } else if (markdown) {
      new ExplainMarkdown(console.out()).print(explained);
    } else if (all) {
      new BoundaryList(console.out()).print(explained);
    } else {
      new ExplainText(page()).print(explained);
    }
    return ExitCode.OK;
  }

  private Explained explained(String source) throws IOException {
    return switch (ExplainSource.of(source)) {
      case ExplainSource.Moment moment -> {
        if (pid != null || peak) {
          throw CliException.usage("--pid and --peak: only for a log or a recording");
        }
        Explanation explanation = Explainer.explain(moment.snapshot(), profile.profile());
        yield new Explained(source, explanation, null, estimates(explanation), List.of());
      }
      case ExplainSource.Log log -> history(source, log.path());
    };
  }

  private Explained history(String source, Path path) throws IOException {
    HistoryRequest request = HistoryRequest.DEFAULT.with(profile.profile());
    Integer process = pid;
    if (process != null) {
      request = request.of(process);
    }
    if (peak) {
      request = request.at(Moment.PEAK);
    }
    try {
      HistoryLog log = HistoryLog.open(path, request, problem -> {});
      History history = log.history();
      Explained plain =
          new Explained(source, Explainer.explain(history), history, List.of(), history.notes());
      return plain.with(replayed(log, plain));
    } catch (RecordingException e) {
      throw CliException.usage(String.valueOf(e.getMessage()));
    }
  }

  /** Those that were asked for, and those that the remedies name. */
  private List<WhatIf> replayed(HistoryLog log, Explained plain) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    for (String name : whatIfs) {
      if (!WhatIfs.isKnown(name)) {
        throw CliException.usage("--what-if " + name + ": there are " + WhatIfs.KNOWN);
      }
      names.add(name);
    }
    if (!log.isScript()) {
      plain.remedies().stream().filter(WhatIfs::isKnown).forEach(names::add);
    }
    List<WhatIf> results = new ArrayList<>();
    for (String name : names) {
      results.add(WhatIfs.replay(log, name));
    }
    return results;
  }

  private List<WhatIf> estimates(Explanation explanation) {
    Estimates estimates = new Estimates(explanation.snapshot(), explanation.profile());
    return whatIfs.stream()
        .map(name ->
            estimates
                .whatIf(name)
                .orElseThrow(() ->
                    CliException.usage(
                        "--what-if "
                            + name
                            + ": not without a history; there are "
                            + WhatIfs.KNOWN)))
        .toList();
  }

  private static long address(String text) {
    String digits = text.startsWith("0x") ? text.substring(2) : text;
    try {
      return Long.parseUnsignedLong(digits, 16);
    } catch (NumberFormatException e) {
      throw CliException.usage(
          "--boundary " + text + ": an address expected, such as 0x7f12345000");
    }
  }

  private ReportPage page() {
    return new ReportPage(
        console.out(), console.outColour(), Terminal.outputColumns(), console.unicode());
  }
}
