// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.cli;

import dev.vmarea.base.Profile;
import dev.vmarea.workbench.CheckRequest;
import dev.vmarea.workbench.Report;
import dev.vmarea.workbench.SubjectReport;
import dev.vmarea.workbench.Workbench;
import dev.vmarea.workbench.finding.Finding;
import dev.vmarea.workbench.finding.Part;
import dev.vmarea.workbench.lab.Subject;
import dev.vmarea.workbench.script.ScriptText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vmarea check [USER...]}. */
@Command(
    name = "check",
    sortOptions = false,
    description = {
      "Looks for mistakes in the mmap hooks of drivers and file systems: tries calls, failures at"
          + " every step, merges, splits, forks and events, compares a port with the old hook, and"
          + " prints the shortest calls that show what is wrong.",
      "Parts: equivalence, unwinding, life-cycle, interleavings, contract. What each tries, and how"
          + " to read a finding: docs/check.md."
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  vmarea check                                      all users, as they should be",
      "  vmarea check zero --profile LINUX_6_19            one user on another kernel",
      "  vmarea check --variant afs=prepare-count          a port that counts too early",
      "  vmarea check --with FrameBuffer.java              a driver of your own",
      "  vmarea check secretmem --profile LINUX_6_18 --only unwinding",
      "",
      "Ctrl-C ends it and prints what was found so far.",
      "Exit status: 0 nothing found, 1 something found, 2 bad usage, 130 after Ctrl-C."
    })
final class CheckCommand implements Callable<Integer> {
  private static final int DEFAULT_SECONDS = 15;
  private static final int MOST_SECONDS = 1_000_000;

  private final Console console;

  @Mixin private final CheckSubjects subjects = new CheckSubjects();

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "Rules of this kernel (default: SETTLED), such as LINUX_6_18.")
  private String profile = Profile.SETTLED.name();

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Only these parts, with commas between them.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--budget",
      paramLabel = "SECONDS",
      description = "The most time for one user (default: 15).")
  private int budget = DEFAULT_SECONDS;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of what is chosen at random (default: 1).")
  private long seed = 1;

  @Option(
      names = "--save",
      paramLabel = "DIR",
      description =
          "Write what shows each finding as a script, DIR/USER-N.strace, for vmarea replay.")
  private @Nullable Path save;

  @Option(
      names = "--c",
      paramLabel = "FILE",
      description =
          "Write a C program for each finding that can be tried on a real kernel: FILE, then"
              + " FILE-2 and so on, with its suffix.")
  private @Nullable Path program;

  @Option(
      names = "--schedule",
      paramLabel = "ORDER",
      description =
          "Run only this order of two operations again, of one user, as a finding names it:"
              + " 'plain/1: A*2 B A'.")
  private @Nullable String schedule;

  @Option(
      names = "--self-test",
      hidden = true,
      description =
          "Put faults whose user, place or kind has a match into ports, and see that"
              + " they are found.",
      paramLabel = "REGEX")
  private @Nullable Pattern selfTest;

  @Mixin private final CommonOptions common = new CommonOptions();

  CheckCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (budget < 1 || budget > MOST_SECONDS) {
      throw CliException.usage("--budget " + budget + ": 1 to " + MOST_SECONDS + ", please");
    }
    Pattern faults = selfTest;
    if (faults != null) {
      return new CheckSelfTest(console, common.json()).run(Duration.ofSeconds(budget), faults);
    }
    Profile kernel = kernel();
    String order = schedule;
    if (order != null) {
      return report(repeat(subjects.on(kernel), order), kernel);
    }
    CheckRequest request =
        new CheckRequest(subjects.on(kernel), parts(), seed, Duration.ofSeconds(budget));
    AtomicBoolean stopped = new AtomicBoolean();
    CountDownLatch printed = new CountDownLatch(1);
    Thread atCtrlC = new Thread(() -> await(stopped, printed));
    Runtime.getRuntime().addShutdownHook(atCtrlC);
    try {
      CheckStatus status = new CheckStatus(console);
      Report report = Workbench.check(request, status::show, stopped::get);
      status.clear();
      return report(report, kernel);
    } finally {
      console.out().flush();
      printed.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(atCtrlC);
      } catch (IllegalStateException ending) {
        // Ctrl-C was pressed
      }
    }
  }

  private static Report repeat(List<Subject> all, String order) {
    if (all.size() != 1) {
      throw CliException.usage("--schedule: one user with one variant, please");
    }
    Subject subject = all.getFirst();
    try {
      List<Finding> findings = Workbench.repeat(subject, order);
      return new Report(
          List.of(
              new SubjectReport(
                  subject, null, findings, List.of(), Map.of(Part.INTERLEAVINGS, 1L), true)),
          true);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw CliException.usage("--schedule: " + e.getMessage());
    }
  }

  private static void await(AtomicBoolean stopped, CountDownLatch printed) {
    stopped.set(true);
    try {
      printed.await(10, TimeUnit.SECONDS); // what was found so far is printed then
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Profile kernel() {
    try {
      return Profile.named(profile);
    } catch (IllegalArgumentException e) {
      throw CliException.usage("--profile: " + e.getMessage());
    }
  }

  private Set<Part> parts() {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    for (String id : only) {
      try {
        parts.add(Part.named(id));
      } catch (IllegalArgumentException e) {
        throw CliException.usage("--only: " + e.getMessage());
      }
    }
    return parts.isEmpty() ? EnumSet.allOf(Part.class) : parts;
  }

  private int report(Report report, Profile kernel) throws IOException {
    Path directory = save;
    if (directory != null) {
      save(report, directory);
    }
    if (common.json()) {
      console.out().println(CheckJson.of(report, kernel, seed));
    } else {
      ReportPage page =
          new ReportPage(
              console.out(), console.outColour(), Terminal.outputColumns(), console.unicode());
      new CheckText(page, subjects.with()).print(report);
    }
    Path c = program;
    if (c != null) {
      new CheckPrograms(console).write(report, c);
    }
    return report.findings().findAny().isPresent() ? ExitCode.FINDING : ExitCode.OK;
  }

  private static void save(Report report, Path directory) throws IOException {
    Files.createDirectories(directory);
    int number = 0;
    for (Finding finding : report.findings().toList()) {
      number++;
      String name = finding.subject().kind().id() + "-" + number + ".strace";
      Files.writeString(
          directory.resolve(name),
          ScriptText.of(finding.run(), FindingText.header(finding)).text(),
          StandardCharsets.ISO_8859_1);
    }
  }
}
