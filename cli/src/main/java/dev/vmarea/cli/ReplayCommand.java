// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.trace.pagetable.PageTableImage;
import dev.vmarea.trace.pagetable.PageTableText;
import dev.vmarea.trace.replay.ReplayReport;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vmarea replay TRACE|DIR}. */
@Command(
    name = "replay",
    sortOptions = false,
    description = {
      "Replays the memory calls of a strace log or of a recording, checks the result of every"
          + " call, and prints the final map as /proc/PID/maps shows it. The report goes to"
          + " standard error. Works on any operating system."
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  vmarea run --save ls.rec -- ls -l /",
      "  vmarea replay ls.rec                  what run did, again",
      "  vmarea replay ls.rec >/dev/null       the report only",
      "  vmarea replay ls.rec --json | tail -n 1",
      "  vmarea run --touch --save ls.rec -- ls -l /",
      "  vmarea replay ls.rec --touch          the pages, too, and which areas differ in them",
      "",
      "  strace -f -y -o log PROGRAM           a log of strace's own",
      "  vmarea replay log                     without a map it can only be read",
      "  vmarea replay log --from start.maps --expect final.maps",
      "  zcat logs/*.gz | vmarea replay -      gzip itself is read as it is, too",
      "",
      "  vmarea replay examples/remap.strace   a script, which declares its device",
      "  vmarea replay examples/remap.strace --page-tables",
      "  vmarea replay mine.strace --device /dev/demo:pfn=0xd0000,size=64k,cache=uc",
      "  vmarea replay examples/relay.strace --variant relay=legacy",
      "",
      "Scripts, devices, mounts and their settings: docs/scripts.md.",
      "Exit status: 0 identical, or nothing to compare (the report says which); 1 a result or a"
          + " map differs, or a script breaks what must hold; 2 input that cannot be read."
    })
final class ReplayCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "TRACE|DIR",
      description = "A strace log (plain or gzip, - for standard input), or a recording.")
  private String trace = "";

  @Option(
      names = "--from",
      paramLabel = "MAPS",
      description = "The map (maps or smaps) just after the first process's first execve.")
  private @Nullable Path from;

  @Option(
      names = "--expect",
      paramLabel = "MAPS",
      description = "The map (maps or smaps) of the first process at its end.")
  private @Nullable Path expect;

  @Option(
      names = "--page-tables",
      description = "Below each line of the final map its page-table entries.")
  private boolean pageTables;

  @Mixin private final DeviceOptions devices = new DeviceOptions();
  @Mixin private final MountOptions mounts = new MountOptions();
  @Mixin private final ReplayOptions options = new ReplayOptions();
  @Mixin private final CommonOptions common = new CommonOptions();

  ReplayCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Replayer replayer = new Replayer(console, options);
    replayer.useMaps(from, expect);
    replayer.useDevices(devices.devices());
    replayer.useMounts(mounts);
    if (pageTables) {
      replayer.showPageTables();
    }
    Replayed replayed = replay(replayer);
    Warnings.print(replayed, console);
    if (common.json()) {
      console.out().println(JsonReport.of(replayed));
      return replayed.exitCode();
    }
    printMap(replayed.report());
    console.out().flush();
    TextReport.onError(console, options)
        .print(replayed, NextSteps.afterReplay(replayed, trace, otherWords()));
    return replayed.exitCode();
  }

  private Replayed replay(Replayer replayer) throws IOException {
    if (trace.equals("-")) {
      return replayer.log(new FileInputStream(FileDescriptor.in), "standard input");
    }
    Path path = Path.of(trace);
    return Files.isDirectory(path) ? replayer.recording(path) : replayer.log(path);
  }

  /** What was said besides the trace. */
  private List<String> otherWords() {
    List<String> words = new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
    words.remove(trace);
    words.remove("--page-tables");
    return words;
  }

  private void printMap(ReplayReport report) throws IOException {
    PageTableImage tables = report.pageTables();
    String map = tables == null ? report.finalMap() : PageTableText.of(tables);
    if (map != null) {
      new MapPrinter(console).print(map);
    }
  }
}
