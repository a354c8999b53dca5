// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.trace.evidence.DeviceDeclaration;
import dev.vmarea.trace.procmaps.MapsFile;
import dev.vmarea.trace.procmaps.SmapsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vmarea maps PID|FILE|DIR}. */
@Command(
    name = "maps",
    sortOptions = false,
    description = {
      "Prints the map of a process, of a maps or smaps file, or of a recording, after checking it,"
          + " and a summary on standard error."
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  vmarea maps 1                       a process of this machine",
      "  vmarea maps ls.rec                  the last map of a recording",
      "  vmarea maps ls.rec --start          its first one",
      "  vmarea maps ls.rec --smaps          with what smaps tells of each area",
      "  vmarea maps saved.smaps --json      one JSON object",
      "  vmarea maps --page-tables examples/remap.strace",
      "  vmarea maps 1 2>/dev/null           without the summary"
    })
final class MapsCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "PID|FILE|DIR",
      description =
          "A process, a maps or smaps file (- for standard input), a recording, or a directory"
              + " such as /proc/PID. A file whose name is a number: ./123.")
  private String source = "";

  @Option(names = "--start", description = "Of a recording: the map just after the execve.")
  private boolean start;

  @Option(names = "--smaps", description = "All that smaps tells, where the source has it.")
  private boolean smaps;

  @Option(
      names = "--page-tables",
      description =
          "Below each line its page-table entries: of a script or a recording, which is replayed"
              + " (a living process and a maps file do not tell them).")
  private boolean pageTables;

  @Mixin private final DeviceOptions devices = new DeviceOptions();
  @Mixin private final MountOptions mounts = new MountOptions();
  @Mixin private final ProfileOption profile = new ProfileOption();
  @Mixin private final CommonOptions common = new CommonOptions();

  MapsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    List<DeviceDeclaration> declared = devices.devices();
    Profile rules = profile.profile();
    if (pageTables && (start || smaps)) {
      throw CliException.usage("--page-tables goes with neither --start nor --smaps");
    }
    if (pageTables) {
      return new PageTablesOfSource(console, declared, mounts, rules).print(source, common.json());
    }
    if (!declared.isEmpty() || !mounts.isEmpty() || rules != null) {
      throw CliException.usage(
          "--device, --devices, --mount, --mounts, --variant and --profile: only with"
              + " --page-tables");
    }
    MapSource map = MapSource.read(source, start, smaps);
    if (common.json()) {
      console.out().println(MapsJson.of(map));
      return ExitCode.OK;
    }
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    if (smaps) {
      SmapsFile.write(map.smaps(), text);
    } else {
      MapsFile.write(map.entries(), text);
    }
    new MapPrinter(console).print(text.toString(StandardCharsets.ISO_8859_1));
    console.out().flush();
    new MapsSummary(
            new ReportPage(
                console.err(), console.errColour(), Terminal.errorColumns(), console.unicode()))
        .print(map);
    return ExitCode.OK;
  }
}
