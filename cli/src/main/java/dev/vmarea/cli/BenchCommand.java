// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.host.bench.Bench;
import dev.vmarea.host.bench.Group;
import dev.vmarea.host.bench.MachineFacts;
import dev.vmarea.host.bench.Row;
import dev.vmarea.host.bench.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vmarea bench}: Vmarea beside its peers. */
@Command(
    name = "bench",
    sortOptions = false,
    description = {
      "Measures vmarea beside what it is compared with, in turns and in one run: the running"
          + " kernel's system calls, a TreeMap of regions as emulators in Java use, and, if you"
          + " have built them, programs in C. Every value is a median; the ratio is ours divided by"
          + " the peer's. What cannot be measured here is listed with the reason.",
      "All groups take several minutes. The machine should have nothing else to do. System"
          + " calls are made by a process of its own on memory of its own; nothing on the host is"
          + " changed."
    },
    footerHeading = "%nGroups%n",
    footer = {
      "  calls     whole mmap, munmap, mprotect with all semantics",
      "  tree      the tree of VMAs alone",
      "  lookup    which VMA contains an address",
      "  gaps      search for room, also where the only gap is at the far end",
      "  growth    what a call costs with 1,000,000 VMAs, against 1,000",
      "  threads   readers beside a writer",
      "  hooks     page tables of 1 GiB, and what a mmap hook costs",
      "  memory    loads, stores and copies through page tables",
      "  faults    faults, fork, and the check of all invariants",
      "  mapping   gVisor's mapping benchmarks, against the running kernel",
      "  heap      bytes a VMA",
      "  maps      writing /proc/PID/maps text",
      "  import    reading an strace log",
      "  startup   ./vmarea version, against java -version",
      "",
      "Examples",
      "  vmarea bench lookup gaps",
      "  vmarea bench --quick calls",
      "  VMAREA_PEERS=DIR vmarea bench --json | tail -n 1",
      "",
      "Environment",
      "  VMAREA_PEERS   a folder with the programs vmabench (the kernel's own code for VMAs, in user"
          + " space), logscan (a parser of strace logs in C) and limits (a software TLB in C)"
    })
final class BenchCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "GROUP",
      arity = "0..*",
      description = "What to measure; without any, everything.")
  private List<String> names = List.of();

  @Option(names = "--quick", description = "Fewer and shorter rounds: a look, not a measurement.")
  private boolean quick;

  @Mixin private final CommonOptions common = new CommonOptions();

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Set<Group> groups = groups();
    MachineFacts machine = MachineFacts.read();
    if (machine.busy()) {
      console.warning(
          "the machine is busy (load "
              + machine.load()
              + " on "
              + machine.processors()
              + " processors): take single figures with a grain of salt");
    }
    Settings settings = new Settings(quick, peers(), launcher(), this::progress);
    List<Row> rows = Bench.run(groups, settings);
    if (common.json()) {
      console.out().println(BenchJson.of(machine, quick, rows));
    } else {
      new BenchTable(console).print(machine, quick, rows);
    }
    return ExitCode.OK;
  }

  private void progress(String what) {
    console.err().println("vmarea: measuring " + what);
  }

  private Set<Group> groups() {
    Set<Group> groups = EnumSet.noneOf(Group.class);
    for (String name : names) {
      Optional<Group> group =
          Arrays.stream(Group.values()).filter(g -> g.title().equals(name)).findFirst();
      groups.add(
          group.orElseThrow(() ->
              CliException.usage(
                  "no group '"
                      + Console.printable(name)
                      + "'; there are "
                      + Arrays.stream(Group.values())
                          .map(Group::title)
                          .collect(Collectors.joining(", ")))));
    }
    return groups.isEmpty() ? EnumSet.allOf(Group.class) : groups;
  }

  private static @Nullable Path peers() {
    String folder = System.getenv("VMAREA_PEERS");
    return folder == null || folder.isEmpty() ? null : Path.of(folder);
  }

  /** The script that started this process, which says where it stands. */
  private static @Nullable Path launcher() {
    String home = System.getProperty("vmarea.home", "");
    if (home.isEmpty()) {
      return null;
    }
    Path launcher = Path.of(home, "vmarea");
    return Files.isExecutable(launcher) ? launcher : null;
  }
}
