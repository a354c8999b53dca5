// SPDX-License-Identifier: Apache-2.0

package dev.vmarea.cli;

import dev.vmarea.drivers.mounts.UserCatalog;
import dev.vmarea.explain.Explanation;
import dev.vmarea.explain.snapshot.Detail;
import dev.vmarea.trace.replay.Recording;
import dev.vmarea.workbench.Report;
import dev.vmarea.workbench.lab.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the reader of a report may want to do next. */
final class NextSteps {
  private NextSteps() {}

  /** How the command was called, so that what is proposed can be pasted. */
  private static String self() {
    return ShellWords.word(System.getProperty("vmarea.name", "vmarea"));
  }

  /**
   * Something to do.
   *
   * @param command the command, harmless to a terminal
   * @param purpose what it is good for
   */
  record Step(String command, String purpose) {}

  /**
   * After {@code run}.
   *
   * @param command what was run
   * @param saved where the recording is, or null if it is gone
   */
  static List<Step> afterRun(Replayed replayed, List<String> command, @Nullable String saved) {
    if (saved == null) {
      return List.of(
          new Step(
              self() + " run --save DIR -- " + ShellWords.join(command),
              replayed.exitCode() == ExitCode.FINDING
                  ? "keeps the recording, to look into the difference or to report it"
                  : "keeps the recording, to replay it anywhere"));
    }
    String directory = ShellWords.word(saved);
    return List.of(
        new Step(self() + " replay " + directory, "replays it again, on any operating system"),
        new Step(self() + " maps " + directory, "shows the kernel's final map"));
  }

  /**
   * After {@code replay} of {@code trace}.
   *
   * @param options what else was said, so that the next time is the same
   */
  static List<Step> afterReplay(Replayed replayed, String trace, List<String> options) {
    String name = ShellWords.word(trace);
    String same = options.isEmpty() ? name : name + " " + ShellWords.join(options);
    Recording recording = replayed.recording();
    List<Step> steps = new ArrayList<>();
    if (replayed.exitCode() == ExitCode.FINDING) {
      steps.add(
          new Step(
              self() + " replay " + same + " --json | tail -n 1",
              "the same with every difference, for a program or a report"));
    }
    if (recording != null) {
      steps.add(new Step(self() + " maps " + name, "shows the kernel's final map"));
    } else if (replayed.report().script()) {
      if (replayed.report().pageTables() == null) {
        steps.add(
            new Step(self() + " replay --page-tables " + same, "the same with the page tables"));
      }
    } else if (replayed.report().comparedMaps() == 0) {
      steps.add(
          new Step(
              self() + " replay " + name + " --from MAPS --expect MAPS",
              "compares, given the maps just after the execve and at the end"));
      steps.add(new Step(self() + " run -- PROGRAM", "records and compares without strace"));
    }
    return steps;
  }

  /** After {@code check}: the first user with findings again, all of it, kept. */
  static List<Step> afterCheck(Report report, List<Path> with) {
    return report
        .findings()
        .findFirst()
        .map(finding -> {
          Subject subject = finding.subject();
          String again =
              self()
                  + " check --profile "
                  + ShellWords.word(subject.profile().name())
                  + " --variant "
                  + ShellWords.word(subject.kind().id() + "=" + subject.variant())
                  + with.stream()
                      .map(path -> " --with " + ShellWords.word(path.toString()))
                      .collect(Collectors.joining());
          List<Step> steps = new ArrayList<>();
          steps.add(new Step(again + " --save DIR", "keeps the calls that show each finding"));
          steps.add(new Step(again + " --json | tail -n 1", "the same for a program"));
          if (UserCatalog.all().contains(subject.kind())) {
            steps.add(
                new Step(
                    self() + " users " + ShellWords.word(subject.kind().id()),
                    "tells what its hooks are"));
          }
          return List.copyOf(steps);
        })
        .orElse(List.of());
  }

  /** After {@code explain}: closer, longer, and with a history if there was none. */
  static List<Step> afterExplain(Explained explained) {
    String source = ShellWords.word(explained.source());
    Explanation explanation = explained.explanation();
    List<Step> steps = new ArrayList<>();
    if (explanation.verdicts().size() > 0) {
      int example = explanation.causes().ranked().getFirst().example();
      String address = "0x" + Long.toHexString(explanation.snapshot().start(example + 1));
      steps.add(
          new Step(
              self() + " explain " + source + " --boundary " + address,
              "the two VMAs at an address side by side"));
      steps.add(new Step(self() + " explain " + source + " --all", "every boundary"));
    }
    if (explanation.snapshot().origin().detail() != Detail.MODEL) {
      steps.add(
          new Step(
              self() + " run --save DIR -- PROGRAM; " + self() + " explain DIR",
              "with the history: which call made each boundary, and what-ifs that are computed"));
    }
    return steps;
  }
}
